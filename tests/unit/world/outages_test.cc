// Tests of faults that stop a process or cut its connection: what waits, what is lost with the connection,
// what comes twice.
#include "support/catch.h"
#include "support/programs.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

// Two heartbeats are 100 ns.
const SimulationOptions kQuick{.latency_ns = 10, .heartbeat_ns = 50, .curve_every_ns = kNanosecondsPerSecond};

Fault partition(const std::string& component, TimeNs at_ns, TimeNs length_ns) {
  return {.kind = FaultKind::kPartition,
          .component = component,
          .at_ns = at_ns,
          .time = DrawnTime::constant(length_ns)};
}
Fault pause(const std::string& component, TimeNs at_ns, TimeNs length_ns) {
  return {.kind = FaultKind::kPause,
          .component = component,
          .at_ns = at_ns,
          .time = DrawnTime::constant(length_ns)};
}

}  // namespace

TEST_CASE("fault pause: nothing reaches a process that stands still, and all of it afterwards, in order") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes, 15), {.reads = "a"});
  world.add("writer", writing("a", 5, 100), {.writes = {"a"}}, 50);
  world.inject(pause("reader", 75, 300));
  const RunResult result = world.run();
  // The service of the first would be over at 85: it is at 375.
  CHECK(notes == Notes{"writer-0@70", "writer-1@375", "writer-2@390", "writer-3@405", "writer-4@470"});
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.faults[0] == FaultCount{.struck = 1, .last_ns = 375});
}

TEST_CASE("fault pause: a writer that stands still writes later, and one may stand still before it starts") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 3, 100), {.writes = {"a"}}, 50);
  world.add("late", writing("a", 1), {.writes = {"a"}}, 500);
  world.inject(pause("writer", 100, 175));
  world.inject(pause("late", 400, 300));
  world.run();
  CHECK(notes == Notes{"writer-0@70", "writer-1@295", "writer-2@395", "late-0@720"});
}

TEST_CASE("fault pause: as a handler would begin, and two that overlap") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 6, 100), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kPause,
                .component = "reader",
                .every = 2,
                .limit = 2,
                .time = DrawnTime::constant(120)});
  world.inject(pause("reader", 200, 140));
  const RunResult result = world.run();
  CHECK(notes ==
        Notes{"writer-0@70", "writer-1@340", "writer-2@340", "writer-3@490", "writer-4@490", "writer-5@570"});
  CHECK(result.faults[0].struck == 2);
}

TEST_CASE("fault pause: a process that stands still can be killed") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 2, 100), {.writes = {"a"}}, 50);
  world.inject(pause("reader", 100, 1'000));
  world.inject({.kind = FaultKind::kCrash, .component = "reader", .at_ns = 150});
  world.run();
  CHECK(notes == Notes{"writer-0@70"});
}

TEST_CASE("fault partition: shorter than two heartbeats, all waits and then arrives, both ways") {
  for (const TimeNs heartbeat_ns : {TimeNs{50}, TimeNs{0}}) {
    SimulationOptions options = kQuick;
    options.heartbeat_ns = heartbeat_ns;
    Simulation world(options);
    Notes notes;
    Notes answers;
    world.add("reader", noting("a", notes), {.reads = "a"});
    world.add("writer", writing("a", 3, 40), {.writes = {"a"}}, 50);
    world.inject(partition("reader", 65, 60));
    world.add("other", noting("a", answers), {.reads = "a"}, 1'000'000);
    const RunResult result = world.run();
    CHECK(notes == Notes{"writer-0@125", "writer-1@125", "writer-2@150"});
    CHECK(answers.empty());
    CHECK(result.status == RunStatus::kCompleted);
    CHECK(result.faults[0] == FaultCount{.struck = 1, .last_ns = 125});
  }
}

TEST_CASE("fault partition: without heartbeats no connection is ever lost") {
  SimulationOptions options = kQuick;
  options.heartbeat_ns = 0;
  Simulation world(options);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 2, 40), {.writes = {"a"}}, 50);
  world.inject(partition("writer", 55, 5'000'000));
  world.run();
  CHECK(notes == Notes{"writer-0@5000065", "writer-1@5000065"});
}

TEST_CASE("fault partition: as long as two heartbeats, what was not acknowledged goes back at their end") {
  Simulation world(kQuick);
  Notes notes;
  Notes others;
  world.add("reader", noting("a", notes, 0, 4), {.reads = "a"});
  world.add("other", noting("a", others, 0, 4), {.reads = "a"}, 80);
  world.add("writer", writing("a", 6, 10), {.writes = {"a"}}, 50);
  world.inject(partition("reader", 65, 100));
  world.run();
  // What the bus sent the reader after 65 is lost: at 165 it goes to the other one, or back to the reader,
  // which opens its stream again at 175.
  CHECK(notes == Notes{});
  CHECK(others == Notes{"writer-4@110", "writer-5@120", "writer-0*@175", "writer-1*@175", "writer-2*@175",
                        "writer-3*@175"});
}

TEST_CASE("fault partition: a reader that was cut off opens its stream again") {
  Simulation world(kQuick);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 2, 300), {.writes = {"a"}}, 50);
  world.inject(partition("reader", 65, 150));
  const RunResult result = world.run();
  CHECK(notes == Notes{"writer-0*@235", "writer-1@370"});
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.metrics.at("reader.unhandled") == 0);
}

TEST_CASE("fault partition: what was not confirmed is sent again, so it may come twice") {
  const auto received = [](TimeNs at_ns) {
    Simulation world(kQuick);
    Notes notes;
    world.add("reader", noting("a", notes), {.reads = "a"});
    world.add("writer", writing("a", 3, 100), {.writes = {"a"}}, 50);
    world.inject(partition("writer", at_ns, 120));
    world.run();
    return notes;
  };
  // Written at 50, at the bus at 60, confirmed at 70.
  CHECK(received(55) == Notes{"writer-0@195", "writer-1@195", "writer-2@270"});
  CHECK(received(65) == Notes{"writer-0@70", "writer-0@205", "writer-1@205", "writer-2@270"});
  CHECK(received(70) == Notes{"writer-0@70", "writer-1@210", "writer-2@270"});
}

TEST_CASE(
    "fault partition: a writer that asks is told once of each message, also of one that is sent again") {
  const auto told = [](TimeNs at_ns, Notes& received) {
    Simulation world(kQuick);
    Notes notes;
    world.add("reader", noting("a", received), {.reads = "a"});
    Program writer = {call([&notes](Machine& machine) {
      machine.set_on_confirm([&notes, &machine](const MessagePtr& message, bool accepted) {
        notes.push_back(message->id() + (accepted ? "" : " refused") + "@" + std::to_string(machine.now()));
      });
      machine.next();
    })};
    for (int number = 0; number < 3; ++number) {
      writer.push_back(call([](Machine& machine) {
        machine.eval(write_resource_confirmed("a", machine.compose({})), after(100));
      }));
    }
    world.add("writer", std::move(writer), {.writes = {"a"}}, 50);
    world.inject(partition("writer", at_ns, 120));
    CHECK(world.run().status == RunStatus::kCompleted);
    return notes;
  };
  // Written at 50, at the bus at 60, told at 70, unless the partition begins then.
  Notes received;
  CHECK(told(55, received) == Notes{"writer-0@195", "writer-1@195", "writer-2@270"});
  CHECK(received == Notes{"writer-0@195", "writer-1@195", "writer-2@270"});
  received.clear();
  CHECK(told(65, received) == Notes{"writer-0@205", "writer-1@205", "writer-2@270"});
  CHECK(received == Notes{"writer-0@70", "writer-0@205", "writer-1@205", "writer-2@270"});
  received.clear();
  CHECK(told(70, received) == Notes{"writer-0@210", "writer-1@210", "writer-2@270"});
  received.clear();
  CHECK(told(71, received) == Notes{"writer-0@70", "writer-1@211", "writer-2@270"});
  CHECK(received == Notes{"writer-0@70", "writer-1@211", "writer-2@270"});
}

TEST_CASE("fault pause: a writer that stood still is told of confirms afterwards") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("writer", Program{call([&notes](Machine& machine) {
              machine.set_on_confirm([&notes, &machine](const MessagePtr& message, bool) {
                notes.push_back(message->id() + "@" + std::to_string(machine.now()));
              });
              machine.eval(write_resource_confirmed("a", machine.compose({})), after(100));
            })},
            {.writes = {"a"}}, 50);
  world.inject(pause("writer", 60, 500));
  CHECK(world.run().status == RunStatus::kCompleted);
  CHECK(notes == Notes{"writer-0@560"});
}

TEST_CASE("fault partition: a settlement of a delivery of the old connection is ignored") {
  Simulation world(kQuick);
  Notes notes;
  Notes others;
  world.add("reader", noting("a", notes, 300), {.reads = "a"});
  world.add("other", noting("a", others), {.reads = "a"}, 80);
  world.add("writer", writing("a", 1), {.writes = {"a"}}, 50);
  world.inject(partition("reader", 75, 110));
  const RunResult result = world.run();
  CHECK(notes == Notes{"writer-0@70"});  // done at 370, on a new connection
  CHECK(others == Notes{"writer-0*@185"});
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.metrics.at("reader.unhandled") == 0);
  CHECK(result.metrics.at("other.unhandled") == 0);
}

TEST_CASE("fault partition: what waited in the inbox of a lost connection is forgotten, and comes again") {
  Simulation world(kQuick);
  Notes notes;
  world.add("reader", noting("a", notes, 300), {.reads = "a"});
  world.add("writer", writing("a", 3), {.writes = {"a"}}, 50);
  world.inject(partition("reader", 75, 110));
  world.run();
  // The first is done at 370, too late, and comes again as the others do.
  CHECK(notes == Notes{"writer-0@70", "writer-0*@370", "writer-1*@670", "writer-2*@970"});
}

TEST_CASE("fault partition: a program that ends meanwhile is heard in the end, one that dies is not") {
  for (const bool dies : {false, true}) {
    Simulation world(kQuick);
    Notes notes;
    world.add("reader", noting("a", notes), {.reads = "a"});
    world.add("writer", writing("a", 2, 50), {.writes = {"a"}}, 50);
    world.inject(partition("writer", 65, 200));
    if (dies) world.inject({.kind = FaultKind::kCrash, .component = "writer", .at_ns = 120});
    CHECK(world.run().status == RunStatus::kCompleted);
    if (dies) {
      CHECK(notes == Notes{"writer-0@70"});
    } else {
      CHECK(notes == Notes{"writer-0@70", "writer-0@285", "writer-1@285"});
    }
  }
}

TEST_CASE("fault partition: one that begins before the bus knows anything loses nothing") {
  for (const TimeNs at_ns : {0, 5, 10, 15}) {
    CAPTURE(at_ns);
    Simulation world(kQuick);
    Notes notes;
    world.add("reader",
              Program{dse::bind({.from = "b", .to = "a"}), dse::bind({.from = "c", .to = "a"}),
                      stream_resource("a", 0,
                                      [&notes](Machine& machine, const MessagePtr& message) {
                                        notes.push_back(message->id() + "@" + std::to_string(machine.now()));
                                        machine.next();
                                      })},
              {.reads = "a"});
    world.add("writer", writing("b", 1), {.writes = {"b"}}, 200);
    world.inject(partition("reader", at_ns, 110));
    world.expect({.what = DeliveryExpectation{.resource = "a", .delivered = Guarantee::kExactlyOnce}});
    const RunResult result = world.run();
    CHECK(notes == Notes{"writer-0@220"});
    CHECK(world.expectations().front().as_planned);
    CHECK(result.status == RunStatus::kCompleted);
  }
}

TEST_CASE("fault partition: a process that stands still connects again when it goes on") {
  Simulation world(kQuick);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 1), {.writes = {"a"}}, 50);
  world.inject(partition("reader", 20, 100));
  world.inject(pause("reader", 30, 500));
  world.run();
  CHECK(notes == Notes{"writer-0*@550"});  // the bus had sent it, into the void
}

TEST_CASE("fault partition: while it lasts, no other begins") {
  Simulation world(kQuick);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 1), {.writes = {"a"}}, 50);
  world.inject(partition("reader", 20, 100));
  world.inject(partition("reader", 30, 500));
  const RunResult result = world.run();
  CHECK(notes == Notes{"writer-0*@140"});
  CHECK(result.faults[1].struck == 0);
}
