#include "sim/record/run_difference.h"

#include <fmt/format.h>

#include "support/catch.h"
#include "support/recorded_run.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

constexpr ComponentIndex kWriter(0);
constexpr ComponentIndex kReader(1);
constexpr ResourceIndex kIn(0);
constexpr ResourceIndex kCopies(1);

// A writer's three messages go into two queues, one of which has a reader.
DraftRecord draft() {
  DraftRecord record;
  const auto add = [&record](EventCode kind, ComponentIndex component, ResourceIndex resource,
                             MessagePtr message, std::vector<ResourceIndex> queues, std::uint64_t cause) {
    const auto number = static_cast<std::uint64_t>(record.steps.size() + 1);
    record.steps.push_back({.event = {.number = number,
                                      .cause = cause,
                                      .time_ns = static_cast<TimeNs>(number * 10),
                                      .kind = kind,
                                      .component = component,
                                      .resource = resource,
                                      .message = std::move(message)},
                            .queues = std::move(queues)});
  };
  add(EventCode::kStarted, kWriter, kNoResource, {}, {}, 0);
  for (int i = 0; i < 3; ++i) {
    const MessagePtr message = text_message(fmt::format("writer-{}", i), "payload");
    const std::uint64_t before = record.steps.size();
    add(EventCode::kPublished, kWriter, kIn, message, {kIn, kCopies}, before);
    add(EventCode::kDelivered, kReader, kIn, message, {}, before + 1);
  }
  record.ending.components = {"writer", "reader"};
  record.ending.resources = {"in", "copies"};
  record.ending.run = {{"fingerprint_models", "00"}};
  record.ending.model_states = {{.component = kReader, .time_ns = 20, .learned = 1, .digest = 1},
                                {.component = kReader, .time_ns = 40, .learned = 2, .digest = 2}};
  record.ending.draws = {{.component = "writer", .purpose = "order", .count = 3, .digest = 9}};
  return record;
}

// Two records, and where they differ.
struct Pair {
  TemporaryFolder folder;
  std::optional<RunDifference> difference;
  std::string text;  // for human readers

  Pair(const DraftRecord& first, const DraftRecord& second) {
    first.write(folder.file("a"));
    second.write(folder.file("b"));
    const EventRecord a(folder.file("a"));
    const EventRecord b(folder.file("b"));
    difference = find_difference(a, b);
    if (difference) text = describe(*difference, a, b, "A", "B");
  }
};

// The first event in which a changed draft differs; 0 when none does.
std::int64_t first_event(const DraftRecord& changed) {
  const Pair pair(draft(), changed);
  const Pair other_way(changed, draft());
  REQUIRE(pair.difference.has_value() == other_way.difference.has_value());
  if (!pair.difference) return 0;
  REQUIRE(pair.difference->event == other_way.difference->event);
  return pair.difference->event.value_or(-1);
}

}  // namespace

TEST_CASE("two records of the same do not differ") { CHECK(first_event(draft()) == 0); }

TEST_CASE("records that differ in one thing of one event") {
  DraftRecord time = draft();
  time.steps[4].event.time_ns += 1;
  CHECK(first_event(time) == 5);
  DraftRecord kind = draft();
  kind.steps[2].event.kind = EventCode::kRedelivered;
  CHECK(first_event(kind) == 3);
  DraftRecord component = draft();
  component.steps[6].event.component = kWriter;
  CHECK(first_event(component) == 7);
  DraftRecord resource = draft();
  resource.steps[2].event.resource = kCopies;
  CHECK(first_event(resource) == 3);
  DraftRecord no_resource = draft();
  no_resource.steps[2].event.resource = kNoResource;
  CHECK(first_event(no_resource) == 3);
  DraftRecord cause = draft();
  cause.steps[4].event.cause = 1;
  CHECK(first_event(cause) == 5);
  DraftRecord queues = draft();
  queues.steps[3].queues = {kCopies};
  CHECK(first_event(queues) == 4);
}

TEST_CASE("routes differ by where they lead, not by number") {
  DraftRecord queues = draft();
  for (const std::size_t step : {1U, 3U, 5U}) queues.steps[step].queues = {kCopies};
  CHECK(first_event(queues) == 2);
}

TEST_CASE("records that differ in a message's content alone") {
  for (const std::string payload : {"PAYLOAD", "payload and more"}) {
    DraftRecord content = draft();
    content.steps[3].event.message = text_message("writer-1", payload);
    content.steps[4].event.message = content.steps[3].event.message;
    CHECK(first_event(content) == 4);
  }
  DraftRecord answered = draft();
  answered.steps[5].event.message = text_message("writer-2", "payload", "somebody-0");
  CHECK(first_event(answered) == 6);
  // Two messages change places, so that their numbers differ.
  DraftRecord swapped = draft();
  std::swap(swapped.steps[1].event.message, swapped.steps[3].event.message);
  CHECK(first_event(swapped) == 2);
}

TEST_CASE("one record is longer") {
  DraftRecord shorter = draft();
  shorter.steps.resize(5);
  CHECK(first_event(shorter) == 6);
  CHECK_THAT(Pair(draft(), shorter).text, ContainsSubstring("\nB\n  ended before: it has 5 events\n"));
  shorter.steps.clear();
  CHECK(first_event(shorter) == 1);
}

TEST_CASE("records that differ in what a model had learned alone") {
  DraftRecord state = draft();
  state.ending.model_states[1].digest = 3;
  CHECK(first_event(state) == -1);
  CHECK(Pair(draft(), state).text ==
        "every event is the same, but model 'reader' had learned other things after 2 messages (40ns): "
        "0000000000000002 and 0000000000000003\n");
  state.ending.model_states.pop_back();
  CHECK(Pair(draft(), state).text == "every event is the same, but 2 states of models were kept, and 1\n");
}

TEST_CASE("records that differ in draws alone, and in fingerprints alone") {
  DraftRecord draws = draft();
  draws.ending.draws[0].count = 4;
  CHECK(Pair(draft(), draws).text ==
        "every event is the same, but 'writer' drew 3 random numbers for its order (0000000000000009); "
        "'writer' drew 4 random numbers for its order (0000000000000009)\n");
  draws.ending.draws.clear();
  CHECK_THAT(Pair(draft(), draws).text, ContainsSubstring("(0000000000000009); nobody drew more\n"));
  DraftRecord fingerprint = draft();
  fingerprint.ending.run = {{"fingerprint_models", "01"}};
  CHECK(Pair(draft(), fingerprint).text ==
        "every event is the same, but the fingerprints of the models differ: 00 and 01\n");
}

TEST_CASE("names count, not their numbers") {
  DraftRecord renumbered = draft();
  renumbered.ending.components = {"reader", "writer"};
  renumbered.ending.resources = {"copies", "in"};
  for (DraftRecord::Step& step : renumbered.steps) {
    step.event.component = ComponentIndex(1 - step.event.component.number());
    if (step.event.resource != kNoResource)
      step.event.resource = ResourceIndex(1 - step.event.resource.number());
  }
  renumbered.ending.model_states = {};
  DraftRecord same = draft();
  same.ending.model_states = {};
  CHECK_FALSE(Pair(same, renumbered).difference);
  renumbered.ending.components = {"reader", "somebody"};
  CHECK(Pair(same, renumbered).difference->event == 1);
}

TEST_CASE("a difference is described from both sides") {
  DraftRecord other = draft();
  other.steps[4].event.component = kWriter;
  CHECK(Pair(draft(), other).text ==
        "the first event that differs is #5\n\n"
        "A\n"
        "  #5 at 50ns: reader delivered on in, message writer-1 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "  caused by\n"
        "    #4 at 40ns: writer published on in, message writer-1 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "    #3 at 30ns: reader delivered on in, message writer-0 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "    #2 at 20ns: writer published on in, message writer-0 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "    #1 at 10ns: writer started\n"
        "  queues before it\n"
        "    in: 2 messages: writer-0 (with reader), writer-1\n"
        "    copies: 2 messages: writer-0, writer-1\n"
        "  models, as last noted\n"
        "    reader: 0000000000000002 after 2 messages, at 40ns\n"
        "\n"
        "B\n"
        "  #5 at 50ns: writer delivered on in, message writer-1 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "  caused by\n"
        "    #4 at 40ns: writer published on in, message writer-1 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "    #3 at 30ns: reader delivered on in, message writer-0 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "    #2 at 20ns: writer published on in, message writer-0 (key 'key', headers {}, payload "
        "32fe61f05b2d8d7b)\n"
        "    #1 at 10ns: writer started\n"
        "  queues before it\n"
        "    in: 2 messages: writer-0 (with reader), writer-1\n"
        "    copies: 2 messages: writer-0, writer-1\n"
        "  models, as last noted\n"
        "    reader: 0000000000000002 after 2 messages, at 40ns\n");
}

TEST_CASE("a long chain of causes, and full queues, are described by their ends") {
  DraftRecord record = draft();
  record.steps.resize(1);
  for (std::uint64_t number = 2; number <= 200; ++number) {
    record.steps.push_back(
        {.event = {.number = number,
                   .cause = number - 1,
                   .time_ns = static_cast<TimeNs>(number * 10),
                   .kind = number % 2 == 0 ? EventCode::kPublished : EventCode::kTimer,
                   .component = kWriter,
                   .resource = number % 2 == 0 ? kIn : kNoResource,
                   .message =
                       number % 2 == 0 ? text_message(fmt::format("writer-{}", number), "x") : MessagePtr()},
         .queues = number % 2 == 0 ? std::vector{kIn} : std::vector<ResourceIndex>{}});
  }
  DraftRecord other = record;
  other.steps.back().event.time_ns += 1;
  const std::string text = Pair(record, other).text;
  CHECK_THAT(text, ContainsSubstring("the first event that differs is #200\n"));
  CHECK_THAT(text, ContainsSubstring("    … 175 more …\n"));
  CHECK_THAT(text, ContainsSubstring("    #1 at 10ns: writer started\n"));
  CHECK_THAT(text, ContainsSubstring(
                       "    in: 99 messages: writer-2, writer-4, writer-6, writer-8, writer-10, 94 more\n"));
}
