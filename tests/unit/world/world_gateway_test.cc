// Worlds that messages enter and leave: handing in messages from outside, and stepping through a run.
#include <limits>

#include "kinds/echo.h"
#include "kinds/gateway_export.h"
#include "kinds/gateway_import.h"
#include "sim/world/world.h"
#include "support/catch.h"
#include "support/open_world.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

const std::atomic<bool> kNever{false};
const ProgressSink kNoProgress = [](TimeNs, std::uint64_t) {};

std::shared_ptr<const Component> import_to(const std::string& to) {
  ImportOptions config;
  config.queue = "in";
  config.to = to;
  return make_gateway_import(config);
}

// A world driven step by step, whose components run the test's own programs or are of a given kind.
struct Driven : OpenWorld {
  std::unique_ptr<World> world;

  World& open() {
    world = std::make_unique<World>(scenario, options,
                                    [](const std::string&) -> LineSink { return [](std::string_view) {}; });
    return *world;
  }
  void advance(TimeNs time_ns) { REQUIRE(world->advance_to(time_ns, kNever, kNoProgress)); }
};

}  // namespace

TEST_CASE("an import is written at its time, with all its fields as they were") {
  Driven driven;
  MessagePtr got;
  driven.add("door", import_to("a"));
  driven.add("reader", {stream_resource("a", 0, [&](Machine& machine, const MessagePtr& message) {
               CHECK(machine.now() == 120);  // two hops of 10
               got = message;
               machine.next();
             })});
  World& world = driven.open();
  const MessagePtr sent = make_message({.payload = Payload::copy_of("seven"),
                                        .key = "digit.7",
                                        .headers = {{"label", std::int64_t{7}}, {"sure", true}},
                                        .id = "theirs",
                                        .correlation_id = "question",
                                        .app_id = "them",
                                        .content_type = "text/plain",
                                        .timestamp = -5});
  world.import(0, sent, 100);
  driven.advance(1000);
  CHECK(got.get() == sent.get());
  const RunResult result = world.finish(RunStatus::kCompleted);
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.virtual_time_ns == 1000);
  CHECK(result.metrics.at("door.imported") == 1);
  // The message was written before virtual time began, so its latency is unknown.
  CHECK_FALSE(result.metrics.contains("reader.latency_p50_ns"));
}

TEST_CASE("a timestamp of a message from outside may be any") {
  for (const TimeNs timestamp : {INT64_MIN, TimeNs{-1}, TimeNs{121}, INT64_MAX}) {
    Driven driven;
    Notes notes;
    driven.add("door", import_to("a"));
    driven.add("reader", noting("a", notes));
    World& world = driven.open();
    world.import(0, make_message({.id = "x", .timestamp = timestamp}), 100);
    driven.advance(1000);
    CHECK(notes == Notes{"x@120"});
    CHECK_FALSE(world.finish(RunStatus::kCompleted).metrics.contains("reader.latency_p50_ns"));
  }
}

TEST_CASE("imports come after all else of their time, in the order of handing in") {
  for (const bool early : {true, false}) {
    for (const std::uint64_t ordering : {0U, 1U, 2U, 3U, 4U}) {
      Driven driven;
      driven.options.ordering = ordering;
      driven.scenario.latency_ns = 0;
      Notes notes;
      driven.add("door", import_to("a"));
      driven.add("gate", import_to("a"));
      driven.add("reader", noting("a", notes));
      driven.add("writer", {after(100), call([](Machine& machine) {
                              machine.eval(write_resource("a", machine.compose({})));
                            })});
      World& world = driven.open();
      if (!early) driven.advance(99);
      world.import(1, make_message({.id = "x"}), 100);
      world.import(0, make_message({.id = "y"}), 100);
      world.import(1, make_message({.id = "z"}), 100);
      driven.advance(100);
      CHECK(notes.front() == "writer-0@100");
      CHECK(notes.size() == 4);
    }
  }
}

TEST_CASE("an export gives each message that fits its key to the sink, at its time") {
  Driven driven;
  Notes exported;
  driven.options.on_export = [&](const ComponentConfig& component, const MessagePtr& message) {
    exported.push_back(component.name + " " + message->id() + "@" + std::to_string(driven.world->now()));
  };
  driven.add("out", make_gateway_export({.from = "a", .queue = "out", .exchange = "x"}));
  driven.scenario.bindings = {{.from = "a", .to = "out", .key = "yes"}};
  driven.add("writer", {call([](Machine& machine) {
               const MessagePtr first = machine.compose({.key = "yes"});
               const MessagePtr second = machine.compose({.key = "no"});
               const MessagePtr third = machine.compose({.key = "yes"});
               machine.eval(write_resource("a", first), write_resource("a", second),
                            write_resource("a", third));
             })},
             50);
  World& world = driven.open();
  driven.advance(1000);
  CHECK(exported == Notes{"out writer-0@70", "out writer-2@70"});
  const RunResult result = world.finish(RunStatus::kCompleted);
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.metrics.at("out.exported") == 2);
  CHECK(result.metrics.at("out.latency_p50_ns") == 20);
  // Whether there is a sink for the exports changes nothing.
  CHECK(driven.run().fingerprints == result.fingerprints);
}

TEST_CASE("an export refuses what no broker would take, and goes on") {
  Driven driven;
  Notes exported;
  driven.options.on_export = [&](const ComponentConfig&, const MessagePtr& message) {
    exported.push_back(message->id());
  };
  driven.add("door", import_to("a"));
  driven.add("out", make_gateway_export({.from = "a", .queue = "out", .exchange = "x"}));
  driven.scenario.bindings = {{.from = "a", .to = "out"}};
  World& world = driven.open();
  world.import(
      0, make_message({.headers = {{"share", std::numeric_limits<double>::quiet_NaN()}}, .id = "odd"}), 100);
  world.import(0, make_message({.id = "good"}), 100);
  driven.advance(1000);
  CHECK(exported == Notes{"good"});
  const RunResult result = world.finish(RunStatus::kCompleted);
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.metrics.at("out.exported") == 1);
  CHECK(result.metrics.at("out.refused") == 1);
  CHECK_THAT(result.refused.at("out").first, ContainsSubstring("its header \"share\""));
}

TEST_CASE("a run with an import to which nothing comes ends as it would without") {
  Driven driven;
  Notes notes;
  driven.add("door", import_to("a"));
  driven.add("writer", writing("a", 3, 5));
  driven.add("reader", noting("a", notes));
  const RunResult result = driven.run();
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.metrics.at("door.imported") == 0);
  CHECK(notes.size() == 3);
}

TEST_CASE("in steps of any size a run is the same as in one") {
  const auto build = [](Driven& driven, Notes& notes) {
    driven.add("writer", writing("a", 20, 7));
    driven.add("reader", noting("a", notes, 3));
    driven.scenario.until_ns = 100;
  };
  Driven whole;
  Notes whole_notes;
  build(whole, whole_notes);
  const RunResult expected = whole.run();
  for (const TimeNs step : {1, 2, 7, 50, 100}) {
    Driven driven;
    Notes notes;
    build(driven, notes);
    World& world = driven.open();
    for (TimeNs at = step; at <= 100; at += step) driven.advance(at);
    driven.advance(100);
    const RunResult result = world.finish(RunStatus::kCompleted);
    CHECK(notes == whole_notes);
    CHECK(result.fingerprints == expected.fingerprints);
    CHECK(result.virtual_time_ns == 100);
    CHECK(result.events == expected.events);
  }
}

TEST_CASE("the clock stands where it was advanced to, whatever is left") {
  Driven driven;
  driven.add("sleeper", {after(500)});
  World& world = driven.open();
  CHECK(world.next_time_ns() == TimeNs{0});
  driven.advance(100);
  CHECK(world.now() == 100);
  CHECK(world.next_time_ns() == TimeNs{500});
  driven.advance(600);
  CHECK_FALSE(world.next_time_ns().has_value());
  driven.advance(700);
  CHECK(world.now() == 700);
}

TEST_CASE("an interrupted advance stops between two events, and can be made whole") {
  Driven driven;
  std::atomic<bool> interrupted{false};
  int calls = 0;
  const auto counting = [&](Machine& machine) {
    if (++calls == 2) interrupted = true;
    machine.next();
  };
  for (const char* name : {"a", "b", "c"}) driven.add(name, {after(10), call(counting)});
  World& world = driven.open();
  CHECK_FALSE(world.advance_to(100, interrupted, kNoProgress));
  CHECK(calls == 2);
  CHECK(world.now() == 10);
  driven.advance(world.now());
  CHECK(calls == 3);
  CHECK(world.now() == 10);
}

TEST_CASE("a component that died takes no imports") {
  Driven driven;
  Notes notes;
  driven.add("door", import_to("a"));
  driven.add("reader", noting("a", notes));
  driven.scenario.faults = {{.kind = FaultKind::kCrash, .component = "door", .at_ns = 50}};
  World& world = driven.open();
  world.import(0, make_message({.id = "x"}), 20);
  world.import(0, make_message({.id = "y"}), 50);
  world.import(0, make_message({.id = "z"}), 60);
  driven.advance(100);
  CHECK(notes == Notes{"x@40"});
  CHECK(world.finish(RunStatus::kCompleted).metrics.at("door.imported") == 1);
}

TEST_CASE("what is expected up to a time is measured when the clock passes it, in steps as well") {
  for (const TimeNs step : {3, 40, 41, 200}) {
    Driven driven;
    Notes notes;
    driven.add("door", import_to("a"));
    driven.add("echo", make_echo({.from = "a"}));
    driven.scenario.expectations = {
        {.what = MetricExpectation{.metric = "echo.received", .equals = 2, .by_ns = 40}}};
    World& world = driven.open();
    std::vector<TimeNs> left = {80, 41, 20, 10};  // two hops of 10: at 100, 61, 40, 30
    for (TimeNs at = step; world.now() < 200; at += step) {
      const TimeNs until = std::min<TimeNs>(at, 200);
      while (!left.empty() && left.back() <= until) {
        world.import(0, make_message({.id = "x"}), left.back());
        left.pop_back();
      }
      driven.advance(until);
    }
    const RunResult result = world.finish(RunStatus::kCompleted);
    REQUIRE(result.measured_by.contains(40));
    CHECK(result.measured_by.at(40).metrics.at("echo.received") == 2);
    CHECK(result.metrics.at("echo.received") == 4);
  }
}

TEST_CASE("a run that is interrupted says so and keeps what it has") {
  OpenWorld world;
  Notes notes;
  world.add("writer", writing("a", 10, 100));
  world.add("reader", {stream_resource("a", 0, [&](Machine& machine, const MessagePtr& message) {
              notes.push_back(message->id());
              if (notes.size() == 3) world.interrupted = true;
              machine.next();
            })});
  const RunResult result = world.run();
  CHECK(result.status == RunStatus::kInterrupted);
  CHECK(result.deliveries == 3);
  CHECK(notes.size() == 3);
}
