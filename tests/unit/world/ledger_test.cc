// Tests of the ledger as small stories: each way in which an expectation holds, and each way in
// which it fails.
#include "sim/world/ledger.h"

#include "support/catch.h"
#include "support/random_values.h"

using namespace dse;

namespace {

constexpr TimeNs kLatencyNs = 10;
const std::vector<std::string> kComponents = {"writer", "other", "echo", "watch"};
constexpr LinkIndex kWriter(0);
constexpr LinkIndex kOther(1);
constexpr LinkIndex kEcho(2);
constexpr LinkIndex kWatch(3);

const DeliveryExpectation kOnce = {.resource = "a", .delivered = Guarantee::kExactlyOnce};
const DeliveryExpectation kAtLeastOnce = {.resource = "a", .delivered = Guarantee::kAtLeastOnce};
const DeliveryExpectation kFifo = {.resource = "a", .fifo = true};
const DeliveryExpectation kNoneLost = {.resource = "a", .lost = 0};
const DeliveryExpectation kNoneLostAnywhere = {.lost = 0};

// The ledger does not use names.
struct NoNames : RunNames {
  std::string_view component(ComponentIndex) const override { return ""; }
  std::string_view resource(ResourceIndex) const override { return ""; }
} const kNoNames;

Scenario scenario_with(const std::vector<BindingSpec>& bindings) {
  Scenario scenario;
  scenario.latency_ns = kLatencyNs;
  scenario.bindings = bindings;
  for (const std::string& name : kComponents) scenario.components.push_back({.name = name});
  return scenario;
}

struct Story {
  const Scenario scenario;
  Ledger ledger;

  explicit Story(const std::vector<BindingSpec>& bindings = {}) : Story(scenario_with(bindings)) {}
  explicit Story(Scenario made) : scenario(std::move(made)), ledger(scenario) {}

  void happens(LinkIndex link, EventCode code, const MessagePtr& message = {}) {
    ledger.on_event(
        {.code = code, .component_number = link, .message = message ? &message : nullptr, .names = kNoNames});
  }
  void stream(LinkIndex link, const std::string& queue) {
    ledger.note_stream(link, queue);
    happens(link, EventCode::kStreamed);
  }
  void bind(LinkIndex link, const BindingSpec& binding) {
    ledger.note_bind(link, binding);
    happens(link, EventCode::kBound);
  }
  // A message that `link` writes and that is then lost.
  MessagePtr write_lost(LinkIndex link, const std::string& exchange, MessageFields fields,
                        TimeNs time_ns = 0) {
    MessagePtr message = make_message(std::move(fields));
    ledger.note_write(time_ns, link, exchange, message);
    return message;
  }
  MessagePtr write(LinkIndex link, const std::string& exchange, MessageFields fields) {
    MessagePtr message = write_lost(link, exchange, std::move(fields));
    happens(link, EventCode::kPublished, message);
    return message;
  }
  MessagePtr write(const std::string& id) { return write(kWriter, "a", {.id = id}); }
  // The message reaches the consumer, and is handled and settled at once.
  void deliver(LinkIndex link, const MessagePtr& message, bool redelivered = false) {
    hand_over(link, message);
    ledger.note_delivery(link, *message, redelivered);
    happens(link, EventCode::kAcknowledged, message);
  }
  // The message reaches the consumer and is not settled.
  void hand_over(LinkIndex link, const MessagePtr& message) { happens(link, EventCode::kDelivered, message); }
  bool met(const DeliveryExpectation& expect) const { return ledger.judge(expect).met; }
  std::string detail(const DeliveryExpectation& expect) const { return ledger.judge(expect).detail; }
};

DeliveryExpectation by(DeliveryExpectation expect, const std::string& consumer) {
  expect.consumer = consumer;
  return expect;
}

}  // namespace

TEST_CASE("ledger: everything delivered once and in order is as expected") {
  Story story;
  story.stream(kEcho, "a");
  for (const char* id : {"writer-0", "writer-1", "writer-2"}) story.deliver(kEcho, story.write(id));
  for (const DeliveryExpectation& expect : {kOnce, kAtLeastOnce, kFifo, kNoneLost, kNoneLostAnywhere}) {
    CHECK(story.met(expect));
    if (!expect.resource.empty()) CHECK(story.met(by(expect, "echo")));
  }
  CHECK(story.detail(kOnce) == "of 3 owed, 0 never delivered, 0 more than once");
}

TEST_CASE("ledger: several expectations of one table must all hold") {
  Story story;
  story.stream(kEcho, "a");
  const MessagePtr first = story.write("writer-0");
  const MessagePtr second = story.write("writer-1");
  story.deliver(kEcho, second);
  story.deliver(kEcho, first);
  const DeliveryExpectation both = {.resource = "a", .delivered = Guarantee::kExactlyOnce, .fifo = true};
  CHECK(story.met(kOnce));
  CHECK_FALSE(story.met(both));
  CHECK_THAT(story.detail(both), ContainsSubstring("of 2 owed, 0 never delivered, 0 more than once; message "
                                                   "writer-0, written at 0s, came to echo after writer-1"));
}

TEST_CASE("ledger: a message that never came is named, the first of them") {
  Story story;
  story.stream(kEcho, "a");
  story.deliver(kEcho, story.write("writer-0"));
  story.write_lost(kWriter, "a", {.id = "writer-1"}, 17'000'000);
  story.write_lost(kWriter, "a", {.id = "writer-2"}, 18'000'000);
  CHECK(story.detail(by(kOnce, "echo")) ==
        "message writer-1, written at 17ms, was never delivered to echo "
        "(of 3 owed, 2 never delivered, 0 more than once)");
  CHECK_FALSE(story.met(kAtLeastOnce));
  CHECK_THAT(story.detail(kAtLeastOnce), ContainsSubstring("was never delivered to a consumer of 'a'"));
  CHECK(story.met(kFifo));
  CHECK(story.detail(kNoneLost) == "2 lost, expected 0: message writer-1, written at 17ms, is owed to 'a'");
  CHECK(story.met({.resource = "a", .lost = 2}));
  CHECK_FALSE(story.met({.resource = "a", .lost = 3}));
  CHECK(story.met({.lost = 2}));
}

TEST_CASE("ledger: a message that came twice is at least once, and not exactly once") {
  Story story;
  story.stream(kEcho, "a");
  const MessagePtr message = story.write("writer-0");
  story.deliver(kEcho, message);
  story.deliver(kEcho, message);
  CHECK(story.detail(kOnce) ==
        "message writer-0, written at 0s, was delivered to a consumer of 'a' 2 times "
        "(of 1 owed, 0 never delivered, 1 more than once)");
  CHECK(story.met(kAtLeastOnce));
  CHECK(story.met(kFifo));
}

TEST_CASE("ledger: a program that writes one message twice is owed two deliveries") {
  Story story;
  story.stream(kEcho, "a");
  const MessagePtr message = story.write("writer-0");
  story.ledger.note_write(5, kWriter, "a", message);
  story.happens(kWriter, EventCode::kPublished, message);
  story.deliver(kEcho, message);
  CHECK_FALSE(story.met(kOnce));
  CHECK_FALSE(story.met(kAtLeastOnce));
  story.deliver(kEcho, message);
  CHECK(story.met(kOnce));
}

TEST_CASE("ledger: consumers that share a queue are judged together, or one of them alone") {
  Story story;
  story.stream(kEcho, "a");
  story.stream(kWatch, "a");
  story.deliver(kEcho, story.write("writer-0"));
  story.deliver(kWatch, story.write("writer-1"));
  CHECK(story.met(kOnce));
  CHECK_FALSE(story.met(by(kOnce, "echo")));
  CHECK(story.met(by(kNoneLost, "echo")));  // which consumer received it does not matter
}

TEST_CASE("ledger: what reached a consumer though nothing leads it there is not exactly once") {
  Story story({{.from = "a", .to = "sevens", .headers = {{"label", std::int64_t{7}}}}});
  story.stream(kEcho, "sevens");
  story.deliver(kEcho,
                story.write(kWriter, "a", {.headers = {{"label", std::int64_t{8}}}, .id = "writer-0"}));
  const DeliveryExpectation once = {.resource = "sevens", .delivered = Guarantee::kExactlyOnce};
  CHECK(story.detail(once) ==
        "message writer-0 was delivered to a consumer of 'sevens', although nothing leads it there "
        "(of 0 owed, 0 never delivered, 0 more than once, 1 delivered that were not owed)");
  story.deliver(kEcho,
                story.write(kWriter, "a", {.headers = {{"label", std::int64_t{7}}}, .id = "writer-1"}));
  CHECK_FALSE(story.met(once));
  CHECK(story.met({.resource = "sevens", .delivered = Guarantee::kAtLeastOnce}));
}

TEST_CASE("ledger: order is that of each writer, at each consumer") {
  Story story;
  story.stream(kEcho, "a");
  story.stream(kWatch, "a");
  const MessagePtr w0 = story.write("writer-0");
  const MessagePtr o0 = story.write(kOther, "a", {.id = "other-0"});
  const MessagePtr w1 = story.write("writer-1");
  const MessagePtr w2 = story.write("writer-2");
  story.deliver(kEcho, o0);  // from another writer
  story.deliver(kEcho, w1);
  story.deliver(kWatch, w0);  // to another consumer
  CHECK(story.met(kFifo));
  story.deliver(kWatch, w2);
  CHECK(story.met(kFifo));
  story.deliver(kEcho, w0);
  CHECK_FALSE(story.met(kFifo));
  CHECK(story.met(by(kFifo, "watch")));
  CHECK(story.detail(by(kFifo, "echo")) ==
        "message writer-0, written at 0s, came to echo after writer-1, which was written later "
        "(1 of 3 out of order)");
}

TEST_CASE("ledger: what is delivered again is out of order by right") {
  Story story;
  story.stream(kEcho, "a");
  const MessagePtr first = story.write("writer-0");
  const MessagePtr second = story.write("writer-1");
  story.deliver(kEcho, first);
  story.deliver(kEcho, second);
  story.deliver(kEcho, first, true);
  story.deliver(kEcho, first);  // a second copy does not count as a first delivery either
  CHECK(story.met(kFifo));
}

TEST_CASE("ledger: a message is owed to a queue from when there is the queue") {
  Story story;
  story.write(kWriter, "a", {.id = "writer-0"});
  CHECK_THAT(story.detail(kOnce), ContainsSubstring("of 0 owed"));
  CHECK(story.met({.lost = 1}));  // no queue took it
  CHECK_THAT(story.detail(kNoneLostAnywhere),
             ContainsSubstring("1 lost, expected 0: message writer-0, written at 0s, fits no queue"));
  story.stream(kEcho, "a");
  story.write("writer-1");
  CHECK_THAT(story.detail(kOnce), ContainsSubstring("message writer-1"));
}

TEST_CASE("ledger: of a queue and a message issued at one time, the first at the bus was first") {
  for (const bool queue_first : {true, false}) {
    CAPTURE(queue_first);
    Story story;
    story.ledger.note_stream(kEcho, "a");
    const MessagePtr message = story.write_lost(kWriter, "a", {.id = "writer-0"});
    if (!queue_first) story.happens(kWriter, EventCode::kPublished, message);
    story.happens(kEcho, EventCode::kStreamed);
    if (queue_first) story.happens(kWriter, EventCode::kPublished, message);
    CHECK_THAT(story.detail(kAtLeastOnce), ContainsSubstring(queue_first ? "of 1 owed" : "of 0 owed"));
  }
}

TEST_CASE("ledger: a binding that a program makes counts from then, and makes its queue") {
  Story story;
  story.write("writer-0");
  story.bind(kEcho, {.from = "a", .to = "b", .key = "x"});
  story.write(kWriter, "a", {.key = "x", .id = "writer-1"});
  story.write(kWriter, "a", {.key = "y", .id = "writer-2"});
  story.write(kWriter, "b", {.key = "y", .id = "writer-3"});
  story.stream(kWatch, "b");  // it receives none of them
  CHECK(story.met({.resource = "b", .lost = 2}));
  CHECK(story.met({.lost = 4}));
}

TEST_CASE("ledger: one copy to each queue, however many bindings lead there") {
  Story story({{.from = "a", .to = "b"}, {.from = "a", .to = "b", .key = "x"}});
  story.stream(kEcho, "b");
  story.deliver(kEcho, story.write(kWriter, "a", {.key = "x", .id = "writer-0"}));
  CHECK(story.met({.resource = "b", .delivered = Guarantee::kExactlyOnce}));
}

TEST_CASE("ledger: what waits at the end is not lost, but not delivered either") {
  Story story;
  story.stream(kEcho, "a");
  story.hand_over(kEcho, story.write("writer-0"));
  story.write("writer-1");
  story.ledger.close({.time_ns = 100, .drained = true});
  CHECK(story.met(kNoneLost));
  CHECK(story.met(kNoneLostAnywhere));
  CHECK_FALSE(story.met(kAtLeastOnce));
}

TEST_CASE("ledger: what waits where nobody streams any more is not lost") {
  Story story;
  story.stream(kEcho, "a");
  story.write("writer-0");
  story.happens(kEcho, EventCode::kClosed);
  story.ledger.close({.time_ns = 100, .drained = true});
  CHECK(story.met(kNoneLost));
  CHECK_FALSE(story.met(kAtLeastOnce));
}

TEST_CASE("ledger: what an idle consumer does not get is lost, whatever the broker says") {
  for (const bool drained : {true, false}) {
    Story story;
    story.stream(kEcho, "a");
    story.write("writer-0");
    story.ledger.close({.time_ns = 100, .drained = drained});
    CHECK_FALSE(story.met(kNoneLost));
    CHECK_FALSE(story.met(kAtLeastOnce));
  }
}

TEST_CASE("ledger: what a later message overtakes is lost, unless it was there before") {
  Story story;
  story.stream(kEcho, "a");
  const MessagePtr first = story.write("writer-0");
  story.write("writer-1");
  story.hand_over(kEcho, first);
  story.hand_over(kEcho, story.write("writer-2"));
  story.happens(kEcho, EventCode::kRequeued, first);
  story.ledger.close({.time_ns = 100, .drained = false});
  CHECK(story.met({.resource = "a", .lost = 1}));
  CHECK_THAT(story.detail(kNoneLost), ContainsSubstring("writer-1"));
}

TEST_CASE("ledger: where nothing was owed, nothing was delivered as expected") {
  Story story;
  story.stream(kEcho, "a");
  CHECK_FALSE(story.met(kOnce));
  CHECK_FALSE(story.met(kAtLeastOnce));
  CHECK_THAT(story.detail(kOnce), ContainsSubstring("nothing was owed to 'a'"));
}

TEST_CASE("ledger: when a run is cut off, what waits or is on its way is not due") {
  Story story;
  story.stream(kEcho, "a");
  story.hand_over(kEcho, story.write("writer-0"));
  story.write_lost(kWriter, "a", {.id = "writer-1"}, 95);
  story.ledger.close({.time_ns = 100, .drained = false});
  CHECK(story.met(kOnce));
  CHECK(story.met(kNoneLost));
  CHECK(story.met(kNoneLostAnywhere));
  CHECK_THAT(story.detail(kOnce), ContainsSubstring("2 still under way"));
  story.write_lost(kWriter, "a", {.id = "writer-2"}, 90);  // it should have arrived
  CHECK_FALSE(story.met(kOnce));
  CHECK_FALSE(story.met(kNoneLost));
}

TEST_CASE("ledger: topics are matched word by word") {
  const auto fits = [](const std::string& pattern, const std::string& key) {
    return takes({.key = pattern}, *make_message({.key = key}));
  };
  for (const char* key : {"", "a", "a.b", ".", "a..b"}) CHECK(fits("#", key));
  CHECK(fits("", ""));
  CHECK_FALSE(fits("", "a"));
  CHECK(fits("*", "a"));
  CHECK_FALSE(fits("*", ""));
  CHECK_FALSE(fits("*", "a.b"));
  CHECK(fits("a.*.c", "a.b.c"));
  CHECK(fits("a.*.c", "a..c"));
  CHECK_FALSE(fits("a.*.c", "a.c"));
  CHECK(fits("a.#", "a"));
  CHECK(fits("a.#.c", "a.c"));
  CHECK(fits("a.#.c", "a.b.c.c"));
  CHECK_FALSE(fits("a.#.c", "a.b"));
  CHECK(fits("#.#", ""));
  CHECK(fits("*.*", "."));
}

TEST_CASE("ledger: headers are matched all or any, numbers by what they are worth") {
  const BindingSpec all = {.headers = {{"label", std::int64_t{7}}, {"sure", true}}};
  BindingSpec any = all;
  any.match = HeaderMatch::kAny;
  const auto fits = [](const BindingSpec& binding, Headers headers) {
    return takes(binding, *make_message({.headers = std::move(headers)}));
  };
  CHECK(fits(all, {{"label", std::int64_t{7}}, {"sure", true}}));
  CHECK_FALSE(fits(all, {{"label", std::int64_t{7}}}));
  CHECK(fits(any, {{"label", std::int64_t{7}}}));
  CHECK(fits(any, {{"label", 7.0}}));
  CHECK_FALSE(fits(any, {{"label", 7.5}}));
  CHECK_FALSE(fits(any, {{"label", "7"}}));
  CHECK_FALSE(fits(any, {}));
  CHECK(fits(any, {{"label", NarrowInteger(std::uint8_t{7})}}));
  CHECK(fits(any, {{"label", HeaderTimestamp(7)}}));
  CHECK_FALSE(fits(any, {{"label", HeaderDecimal(0, 7)}}));
  const BindingSpec both = {.key = "x", .headers = any.headers, .match = HeaderMatch::kAny};
  CHECK_FALSE(fits(both, {{"sure", true}}));
}

TEST_CASE("ledger: values of every type are compared as the broker compares them") {
  const std::vector<HeaderValue> some = {true,
                                         false,
                                         std::int64_t{7},
                                         7.0,
                                         std::string("7"),
                                         HeaderFloat(0.5F),
                                         0.5,
                                         HeaderBytes("7"),
                                         HeaderVoid(),
                                         HeaderArray({}),
                                         HeaderTable({}),
                                         HeaderTimestamp(7),
                                         HeaderTimestamp(UINT64_MAX),
                                         std::int64_t{-1},
                                         HeaderDecimal(0, 7),
                                         HeaderDecimal(1, 70),
                                         NarrowInteger(std::int8_t{-1}),
                                         HeaderArray({7.0}),
                                         HeaderArray({std::int64_t{7}}),
                                         HeaderTable({{"a", HeaderVoid()}}),
                                         0.0,
                                         -0.0,
                                         HeaderArray({0.0}),
                                         HeaderArray({-0.0})};
  RandomStream random(1, "ledger", "values");
  std::vector<HeaderValue> values = some;
  for (int i = 0; i < 60; ++i) values.push_back(random_value(random));
  for (const HeaderValue& wanted : values) {
    for (const HeaderValue& found : values) {
      CAPTURE(typed_text(wanted), typed_text(found));
      CHECK(takes({.headers = {{"h", wanted}}}, *make_message({.headers = {{"h", found}}})) ==
            matches(wanted, found));
    }
  }
}
