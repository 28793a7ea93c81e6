// Tests of worlds with a few components, as stories.
#include "dse/error.h"
#include "dse/simulation.h"
#include "support/catch.h"
#include "support/programs.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

}  // namespace

TEST_CASE("a message takes one hop to the bus and one to its reader") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes));
  world.add("writer", writing("a", 2, 100), {}, 50);
  const RunResult result = world.run();
  CHECK(notes == Notes{"writer-0@70", "writer-1@170"});
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.deliveries == 2);
  CHECK(result.unroutable == 0);
  CHECK(result.failed.empty());
  CHECK(result.metrics.at("reader.latency_p50_ns") == 20);
  CHECK(result.metrics.at("reader.latency_p99_ns") == 20);
}

TEST_CASE("a run is over when nothing is left to happen") {
  Simulation world(kHopsOf10);
  world.add("sleeper", Program{after(5'000)});
  const RunResult result = world.run();
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.virtual_time_ns == 5'010);  // the bus learns of the end then
  CHECK(result.seed == 1);
}

TEST_CASE("a run ends at its set time, and not at an event before or after it") {
  Notes notes;
  const auto run_until = [&notes](TimeNs until_ns) {
    notes.clear();
    SimulationOptions options = kHopsOf10;
    options.until_ns = until_ns;
    Simulation world(options);
    world.add("reader", noting("a", notes));
    world.add("writer", writing("a", 100, 1'000), {}, 1);
    return world.run();
  };
  const RunResult result = run_until(2'021);
  CHECK(result.virtual_time_ns == 2'021);
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(notes == Notes{"writer-0@21", "writer-1@1021", "writer-2@2021"});
  CHECK(run_until(1'500).virtual_time_ns == 1'500);
  CHECK(notes.size() == 2);
}

TEST_CASE("messages that wait for nobody are a stall, with who waits for what") {
  Simulation world(kHopsOf10);
  world.bind({.from = "a", .to = "full"});
  Notes notes;
  world.add("writer", writing("a", 3));
  world.add("reader", noting("other", notes));
  const RunResult result = world.run();
  CHECK(result.status == RunStatus::kStalled);
  CHECK_THAT(result.stall, ContainsSubstring("queue 'full': 3 waiting, 0 unacknowledged, 0 streams"));
  CHECK_THAT(result.stall, ContainsSubstring("component 'reader' waits for a message"));
  CHECK_THAT(result.stall, ContainsSubstring("component 'writer' waits for nothing: it ended with status 0"));
  CHECK(result.metrics.at("full.max_depth") == 3);
}

TEST_CASE("a callback that never goes on is a stall, though no message waits") {
  Simulation world(kHopsOf10);
  world.add("forgetful", Program{call([](Machine&) {})});
  const RunResult result = world.run();
  CHECK(result.status == RunStatus::kStalled);
  CHECK_THAT(result.stall,
             ContainsSubstring("'forgetful' waits for nothing: a callback called neither next nor eval"));
}

TEST_CASE("a handler that never goes on is a stall") {
  Simulation world(kHopsOf10);
  world.add("writer", writing("a", 3), {}, 100);
  world.add("stuck", Program{stream_resource("a", 2, [](Machine&, const MessagePtr&) {})});
  const RunResult result = world.run();
  CHECK(result.status == RunStatus::kStalled);
  CHECK_THAT(result.stall, ContainsSubstring("1 waiting, 2 unacknowledged, 1 stream"));
  CHECK_THAT(result.stall,
             ContainsSubstring("'stuck' waits for nothing: a callback called neither next nor eval"));
}

TEST_CASE("a program that ends with a status other than 0 has failed") {
  Simulation world(kHopsOf10);
  world.add("good", Program{dse::exit(0)});
  world.add("bad", Program{after(5), dse::exit(7)});
  const RunResult result = world.run();
  CHECK(result.failed == std::map<std::string, int>{{"bad", 7}});
}

TEST_CASE("messages without a queue are counted, and come back to a writer that asked") {
  Simulation world(kHopsOf10);
  Notes returned;
  world.add("writer", Program{call([&returned](Machine& machine) {
              machine.set_on_return([&returned, &machine](const MessagePtr& message) {
                returned.push_back(message->id() + "@" + std::to_string(machine.now()));
              });
              MessagePtr plain = machine.compose({});
              MessagePtr mandatory = machine.compose({});
              machine.eval(write_resource("a", std::move(plain)),
                           write_resource_mandatory("a", std::move(mandatory)), after(1'000));
            })});
  const RunResult result = world.run();
  CHECK(result.unroutable == 2);
  CHECK(returned == Notes{"writer-1@20"});
}

TEST_CASE("a queue exists from its binding on, so a late reader gets everything") {
  Simulation world(kHopsOf10);
  Notes bound;
  Notes unbound;
  world.bind({.from = "a", .to = "bound"});
  world.add("writer", writing("a", 3));
  world.add("late", noting("bound", bound), {}, 1'000);
  world.add("too-late", noting("a", unbound), {}, 1'000);
  world.run();
  CHECK(bound == Notes{"writer-0@1020", "writer-1@1020", "writer-2@1020"});
  CHECK(unbound.empty());
}

TEST_CASE("a program may bind for itself") {
  Simulation world(kHopsOf10);
  Notes notes;
  Program program = {bind({.from = "a", .to = "mine", .key = "#"})};
  for (Step& step : noting("mine", notes)) program.push_back(std::move(step));
  world.add("reader", std::move(program));
  world.add("writer", writing("a", 1), {}, 100);
  world.run();
  CHECK(notes == Notes{"writer-0@120"});
}

TEST_CASE("consumers of one queue take turns, and each message goes to one of them") {
  Simulation world(kHopsOf10);
  Notes first;
  Notes second;
  world.add("first", noting("a", first));
  world.add("second", noting("a", second));
  world.add("writer", writing("a", 4), {}, 100);
  world.run();
  CHECK(first == Notes{"writer-0@120", "writer-2@120"});
  CHECK(second == Notes{"writer-1@120", "writer-3@120"});
}

TEST_CASE("a slow consumer with a prefetch leaves the rest to a fast one") {
  Simulation world(kHopsOf10);
  Notes slow;
  Notes fast;
  world.add("slow", noting("a", slow, 1'000'000, 1));
  world.add("fast", noting("a", fast, 10, 1));
  world.add("writer", writing("a", 20, 200), {}, 100);
  world.run();
  CHECK(slow.size() == 1);
  CHECK(fast.size() == 19);
}

TEST_CASE("without room nothing is delivered: the queue holds what waits") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes, 1'000, 2));
  world.add("writer", writing("a", 10), {}, 100);
  const RunResult result = world.run();
  CHECK(notes.size() == 10);
  CHECK(result.metrics.at("a.max_depth") == 8);
  CHECK(notes[1] == "writer-1@1120");  // one at a time
}

TEST_CASE("what a consumer leaves when it exits is delivered again, marked, to the other") {
  Simulation world(kHopsOf10);
  Notes leaving;
  Notes staying;
  world.add("leaving",
            Program{stream_resource("a", 0, [&leaving](Machine& machine, const MessagePtr& message) {
              leaving.push_back(message->id());
              machine.eval(after(50), dse::exit(0));
            })});
  world.add("staying", noting("a", staying));
  world.add("writer", writing("a", 4), {}, 100);
  const RunResult result = world.run();
  CHECK(leaving == Notes{"writer-0"});
  CHECK(staying == Notes{"writer-1@120", "writer-3@120", "writer-0*@190", "writer-2*@190"});
  CHECK(result.status == RunStatus::kCompleted);
}

TEST_CASE("a message requeued by its handler comes back, marked") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", Program{stream_resource("a", 1, [&notes](Machine& machine, const MessagePtr& message) {
              notes.push_back(message->id() + (machine.redelivered() ? "*" : ""));
              if (!machine.redelivered()) machine.reject_current(true);
              machine.next();
            })});
  world.add("writer", writing("a", 2), {}, 100);
  world.run();
  CHECK(notes == Notes{"writer-0", "writer-0*", "writer-1", "writer-1*"});
}

TEST_CASE("every reader has the writer's payload, not a copy of it") {
  Simulation world(kHopsOf10);
  const Payload payload = Payload::copy_of("digits");
  std::vector<const std::byte*> seen;
  world.bind({.from = "a", .to = "b"}).bind({.from = "a", .to = "c"});
  for (const char* queue : {"b", "c"}) {
    world.add(queue, {stream_resource(queue, 0, [&seen](Machine& machine, const MessagePtr& message) {
                seen.push_back(message->payload().bytes().data());
                machine.next();
              })});
  }
  world.add("writer", Program{call([&payload](Machine& machine) {
              machine.eval(write_resource("a", machine.compose({.payload = payload})));
            })});
  world.run();
  CHECK(seen == std::vector<const std::byte*>(2, payload.bytes().data()));
}

TEST_CASE("a computation's result is there at its virtual time, on any number of threads") {
  for (unsigned threads : {1U, 2U, 4U}) {
    CAPTURE(threads);
    SimulationOptions options = kHopsOf10;
    options.threads = threads;
    Simulation world(options);
    int result = 0;
    Notes notes;
    world.add("worker",
              Program{post([&result] { result += 40; }),
                      compute([&result] { result += 2; }, 70,
                              [&](Machine& machine) {
                                notes.push_back(std::to_string(result) + "@" + std::to_string(machine.now()));
                                machine.next();
                              })});
    world.run();
    CHECK(notes == Notes{"42@70"});
  }
}

TEST_CASE("what a job throws ends the run") {
  SimulationOptions options = kHopsOf10;
  options.threads = 2;
  Simulation world(options);
  world.add("worker", Program{compute([] { throw RunError("no paper"); }, 70,
                                      [](Machine& machine) { machine.next(); })});
  CHECK_THROWS_WITH(world.run(), "no paper");
  Simulation posting(options);
  posting.add("worker", Program{post([] { throw RunError("no ink"); })});
  CHECK_THROWS_WITH(posting.run(), "no ink");
}

TEST_CASE("virtual time that is used up ends the run") {
  Simulation world(kHopsOf10);
  world.add("sleeper", Program{after(INT64_MAX), after(1)});
  CHECK_THROWS_AS(world.run(), RunError);
}

TEST_CASE("a loop that takes no time ends the run with the name of who goes round") {
  Simulation world({.events_at_one_time_max = 1'000});
  world.add("spinner", Program{stream_resource("a", 0, [](Machine& machine, const MessagePtr&) {
              machine.reject_current(true);
              machine.next();
            })});
  world.add("writer", writing("a", 1));
  CHECK_THROWS_WITH(world.run(),
                    ContainsSubstring("component 'spinner' goes round in a loop that takes no time"));
}
