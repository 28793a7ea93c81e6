#include "sim/record/event_record.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "support/catch.h"
#include "support/error_text.h"
#include "support/recorded_run.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// More events than are handed over at once, about messages that come back.
DraftRecord long_draft() {
  DraftRecord draft;
  std::vector<MessagePtr> messages;
  for (std::uint64_t number = 1; number <= 10'000; ++number) {
    if (number % 3 == 1)
      messages.push_back(text_message(fmt::format("w-{}", number), fmt::format("{}", number)));
    const ResourceIndex resource(static_cast<std::uint32_t>(number % 3));
    std::vector<ResourceIndex> queues;  // each once
    if (number % 4 == 0) queues = {ResourceIndex(0)};
    if (number % 8 == 0) queues.push_back(ResourceIndex(1 + static_cast<std::uint32_t>(number % 2)));
    draft.steps.push_back(
        {.event = {.number = number,
                   .cause = number / 2,
                   .time_ns = static_cast<TimeNs>(number * 10),
                   .kind = static_cast<EventCode>(number % 16),
                   .component = ComponentIndex(static_cast<std::uint32_t>(number % 2)),
                   .resource = number % 5 == 0 ? kNoResource : resource,
                   .message = number % 7 == 0 ? MessagePtr() : messages[number * 31 % messages.size()]},
         .queues = std::move(queues)});
  }
  draft.ending.run = {{"version", "1"}, {"status", "completed"}};
  draft.ending.components = {"first", "second"};
  draft.ending.resources = {"a", "b", "c"};
  draft.ending.model_states = {
      {.component = ComponentIndex(1), .time_ns = 5, .learned = 16, .digest = UINT64_MAX, .call = "deliver"}};
  draft.ending.draws = {{.component = "first", .purpose = "order", .count = 3, .digest = 0x1f}};
  return draft;
}

}  // namespace

TEST_CASE("a record gives back what was recorded") {
  const TemporaryFolder folder;
  const DraftRecord draft = long_draft();
  draft.write(folder.file("events.sqlite"));
  const EventRecord record(folder.file("events.sqlite"));
  CHECK(record.components() == draft.ending.components);
  CHECK(record.resources() == draft.ending.resources);
  CHECK(record.run_value("status") == "completed");
  CHECK(record.run_value("nothing").empty());
  CHECK(record.model_states() == std::vector<ModelStateRow>{{1, 5, 16, "ffffffffffffffff", "deliver"}});
  CHECK(record.draws() == std::vector<DrawRow>{{"first", "order", 3, "000000000000001f"}});

  const auto routes = record.routes();
  EventRecord::Events events = record.events();
  for (const DraftRecord::Step& step : draft.steps) {
    const std::optional<EventRow> row = events.next();
    CAPTURE(step.event.number);
    REQUIRE(row);
    REQUIRE(row->number == static_cast<std::int64_t>(step.event.number));
    REQUIRE(row->time_ns == step.event.time_ns);
    REQUIRE(row->kind == step.event.kind);
    REQUIRE(row->component == step.event.component.number());
    REQUIRE(row->resource ==
            (step.event.resource == kNoResource ? -1 : std::int64_t{step.event.resource.number()}));
    REQUIRE(row->cause == static_cast<std::int64_t>(step.event.cause));
    REQUIRE((row->message != 0) == static_cast<bool>(step.event.message));
    if (step.event.message) REQUIRE(record.message(row->message).id == step.event.message->id());
    std::vector<std::int64_t> queues;
    for (const ResourceIndex queue : step.queues) queues.push_back(queue.number());
    REQUIRE((row->route == 0 ? std::vector<std::int64_t>{} : routes.at(row->route)) == queues);
    REQUIRE(record.event(row->number) == row);
  }
  CHECK_FALSE(events.next());
  CHECK_FALSE(record.event(0));
  CHECK_FALSE(record.event(10'001));
}

TEST_CASE("a record keeps every field of a message, numbered by its first event") {
  const TemporaryFolder folder;
  Headers headers;
  headers.set("label", std::int64_t{7});
  headers.set("sure", true);
  headers.set("share", 0.5);
  headers.set("text", std::string("\"quoted\" \xff"));
  headers.set("z", HeaderArray({1.0, NarrowInteger(std::int8_t{1}), HeaderTable({{"a", HeaderVoid()}})}));
  const MessagePtr rich =
      make_message({.payload = Payload::copy_of("payload"),
                    .key = "a.b",
                    .headers = headers,
                    .id = "w-1",
                    .correlation_id = "v-0",
                    .app_id = "w",
                    .content_type = "text/plain",
                    .timestamp = 12,
                    .more = MoreProperties{.reply_to = "r", .priority = std::uint8_t{9}}});
  DraftRecord draft;
  draft.steps = {{.event = {.number = 1, .message = rich}},
                 {.event = {.number = 2, .message = text_message("x", "")}},
                 {.event = {.number = 3, .message = rich}}};
  draft.write(folder.file("r"));
  const EventRecord record(folder.file("r"));
  CHECK(record.message(1) == MessageRow{.number = 1,
                                        .id = "w-1",
                                        .correlation = "v-0",
                                        .writer = "w",
                                        .key = "a.b",
                                        .headers = "{\"label\":7,\"share\":0.5,\"sure\":true,\"text\":"
                                                   "\"\\\"quoted\\\" \xef\xbf\xbd\",\"z\":[1.0,{\"int8\":1},"
                                                   "{\"table\":{\"a\":{\"void\":null}}}]}",
                                        .content_type = "text/plain",
                                        .timestamp_ns = 12,
                                        .payload_bytes = 7,
                                        .payload_hash = rich->payload_hash(),
                                        .properties = R"({"reply_to":"r","priority":9})"});
  CHECK(record.message(2).properties.empty());
  CHECK(record.message(2).payload_bytes == 0);
  CHECK(record.event(3)->message == 1);
  EventRecord::Messages messages = record.messages();
  CHECK(messages.next()->id == "w-1");
  CHECK(messages.next()->id == "x");
  CHECK_FALSE(messages.next());
  CHECK_THAT(input_error([&] { record.message(3); }), ContainsSubstring("it has no message 3"));
}

TEST_CASE("the same events give the same bytes") {
  const TemporaryFolder folder;
  long_draft().write(folder.file("a"));
  long_draft().write(folder.file("b"));
  const std::string bytes = bytes_of(folder.file("a"));
  CHECK(bytes.size() > 100'000);
  CHECK((bytes == bytes_of(folder.file("b"))));
}

TEST_CASE("a world that is recorded goes as one that is not, and gives the same bytes twice") {
  const TemporaryFolder folder;
  const auto world = [](OpenWorld& small, std::vector<std::string>& notes) {
    small.add("writer", writing("in", 20, 15));
    small.add("reader", noting("in", notes, 40, 2));
    small.add("late", noting("in", notes, 5, 1), 100);
  };
  std::vector<std::string> notes;
  OpenWorld plain;
  world(plain, notes);
  const RunResult expected = plain.run();
  const std::vector<std::string> expected_notes = std::exchange(notes, {});
  for (const std::string name : {"a", "b"}) {
    OpenWorld recorded;
    world(recorded, notes);
    CHECK(record_world(recorded, folder.file(name)).fingerprints == expected.fingerprints);
    CHECK(std::exchange(notes, {}) == expected_notes);
  }
  CHECK((bytes_of(folder.file("a")) == bytes_of(folder.file("b"))));
  CHECK(events_of(EventRecord(folder.file("a"))).size() == expected.events);
}

TEST_CASE("a recorder that cannot write says so") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(EventRecorder(folder.file("no/such/folder")), RunError);
  CHECK_THAT(input_error([&] { EventRecord record(folder.file("none")); }),
             ContainsSubstring(folder.file("none") + ": cannot be read: No such file"));
}

TEST_CASE("a record that was not finished is refused") {
  const TemporaryFolder folder;
  {
    EventRecorder recorder(folder.file("r"));
    recorder.add({.number = 1});
  }
  CHECK_THAT(input_error([&] { EventRecord record(folder.file("r")); }),
             ContainsSubstring("is no record of events"));
}
