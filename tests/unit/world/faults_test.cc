// Tests of each fault between one component and the bus, and of those that a world handles.
#include "sim/world/faults.h"

#include "support/catch.h"
#include "support/programs.h"
#include "unit/sdk/fake_link.h"

using namespace dse;

namespace {

using Calls = std::vector<std::string>;
using Notes = std::vector<std::string>;

// A fault of a link to nothing.
struct Planted {
  explicit Planted(Fault fault)
      : planted(std::move(fault), 0, random, {}), faulty({.planted = planted, .inner = link}) {}
  RandomStream random{1, "m", "fault"};
  FakeLink link;
  PlantedFault planted;
  FaultyLink faulty;
};

// Writes m-0 to m-(count-1) to "a" through a link with this fault, and returns what comes out of it.
Calls written(const Fault& fault, int count, const std::vector<TimeNs>& pauses_ns = {}) {
  Planted rig(fault);
  FakeLink& link = rig.link;
  Machine machine("m", rig.faulty);
  Program program;
  for (int number = 0; number < count; ++number) {
    program.push_back(
        call([](Machine& again) { again.eval(write_resource("a", again.compose({.key = "k"}))); }));
    if (static_cast<std::size_t>(number) < pauses_ns.size()) {
      program.push_back(after(pauses_ns[static_cast<std::size_t>(number)]));
    }
  }
  machine.start(std::move(program));
  link.run(machine);
  Calls published;
  for (const auto& one : link.published) published.push_back(one.message->id());
  CHECK(link.calls.back() == "end 0");
  return published;
}

MessagePtr labelled(std::int64_t label) {
  return make_message({.key = "3", .headers = {{"label", label}, {"source", "x"}}, .id = "m-0"});
}

}  // namespace

TEST_CASE("fault lose: every nth message vanishes") {
  CHECK(written({.kind = FaultKind::kLose}, 3).empty());
  CHECK(written({.kind = FaultKind::kLose, .every = 2}, 5) == Calls{"m-0", "m-2", "m-4"});
  CHECK(written({.kind = FaultKind::kLose, .every = 2, .limit = 1}, 5) == Calls{"m-0", "m-2", "m-3", "m-4"});
}

TEST_CASE("fault: it does not begin before its time, nor count before it") {
  CHECK(written({.kind = FaultKind::kLose, .every = 2, .from_ns = 20}, 5, {10, 10, 10, 10}) ==
        Calls{"m-0", "m-1", "m-2", "m-4"});
}

TEST_CASE("fault duplicate: a message is sent twice") {
  CHECK(written({.kind = FaultKind::kDuplicate, .every = 2}, 4) ==
        Calls{"m-0", "m-1", "m-1", "m-2", "m-3", "m-3"});
}

TEST_CASE("fault swap: a message is overtaken by the next") {
  CHECK(written({.kind = FaultKind::kSwap, .limit = 1}, 3) == Calls{"m-1", "m-0", "m-2"});
  CHECK(written({.kind = FaultKind::kSwap, .every = 2}, 6) ==
        Calls{"m-0", "m-2", "m-1", "m-3", "m-5", "m-4"});
}

TEST_CASE("fault swap: what is held when the program ends is sent then") {
  CHECK(written({.kind = FaultKind::kSwap, .every = 3}, 3) == Calls{"m-0", "m-1", "m-2"});
}

TEST_CASE("fault: what its writer asks to be told stays with a message, which is told of once") {
  for (const FaultKind kind : {FaultKind::kDuplicate, FaultKind::kSwap, FaultKind::kReorder,
                               FaultKind::kMislabel, FaultKind::kCorrupt, FaultKind::kDelay}) {
    CAPTURE(static_cast<int>(kind));
    Planted rig({.kind = kind, .limit = 1, .time = DrawnTime::constant(5), .window = 1, .bits = 1});
    for (const bool asks : {true, false})
      rig.faulty.publish({.resource = "a", .message = labelled(3), .mandatory = asks, .confirm = asks});
    rig.faulty.end(0);
    std::size_t asked = 0;
    for (const FakeLink::Published& one : rig.link.published) {
      if (one.confirm) CHECK(one.mandatory);
      if (one.confirm) ++asked;
    }
    CHECK(rig.link.published.size() == (kind == FaultKind::kDuplicate ? 3 : 2));
    CHECK(asked == 1);
  }
}

TEST_CASE("fault mislabel: the label is the next one, and nothing else changes") {
  Planted rig({.kind = FaultKind::kMislabel, .classes = 5});
  FakeLink& link = rig.link;
  FaultyLink& faulty = rig.faulty;
  faulty.publish({.resource = "a", .message = labelled(3), .mandatory = true});
  faulty.publish({.resource = "a", .message = labelled(4)});
  REQUIRE(link.published.size() == 2);
  const Message& first = *link.published[0].message;
  CHECK(*first.headers().find_integer("label") == 4);
  CHECK(first.headers().size() == 2);
  CHECK(first.key() == "3");
  CHECK(first.id() == "m-0");
  CHECK(link.published[0].mandatory);
  CHECK(*link.published[1].message->headers().find_integer("label") == 0);
}

TEST_CASE("fault mislabel: messages without a label do not count") {
  Planted rig({.kind = FaultKind::kMislabel, .every = 2});
  FakeLink& link = rig.link;
  FaultyLink& faulty = rig.faulty;
  faulty.publish({.resource = "a", .message = labelled(1)});
  faulty.publish({.resource = "a", .message = make_message({.headers = {{"label", "1"}}, .id = "m-1"})});
  faulty.publish({.resource = "a", .message = labelled(1)});
  CHECK(*link.published[0].message->headers().find_integer("label") == 1);
  CHECK(link.published[1].message->headers() == Headers{{"label", "1"}});
  CHECK(*link.published[2].message->headers().find_integer("label") == 2);
}

TEST_CASE("fault mute: acknowledgements vanish, and rejections do not") {
  Planted rig({.kind = FaultKind::kMute, .every = 2});
  FakeLink& link = rig.link;
  FaultyLink& faulty = rig.faulty;
  for (std::uint64_t tag = 1; tag <= 4; ++tag) faulty.acknowledge(tag);
  faulty.reject(5, true);
  CHECK(link.calls == Calls{"acknowledge 1", "acknowledge 3", "reject 5 requeue"});
}

TEST_CASE("faults of one component add up, the first nearest to it") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 2, 100), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kDuplicate, .component = "writer"});
  world.inject({.kind = FaultKind::kLose, .component = "writer", .every = 4});
  world.run();
  CHECK(notes == Notes{"writer-0@70", "writer-0@70", "writer-1@170"});
}

TEST_CASE("fault mute in a world: its reader runs out of room, and the run stalls") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes, 0, 2), {.reads = "a"});
  world.add("writer", writing("a", 4, 100), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kMute, .component = "reader"});
  const RunResult result = world.run();
  CHECK(result.status == RunStatus::kStalled);
  CHECK_THAT(result.stall, ContainsSubstring("queue 'a': 2 waiting, 2 unacknowledged, 1 stream; waiting: "
                                             "writer-2, writer-3; unacknowledged: writer-0, writer-1\n"));
}

TEST_CASE("fault crash: what the dead held goes to the other, marked, and nobody has failed") {
  Simulation world(kHopsOf10);
  Notes dying;
  Notes living;
  world.add("dying", noting("a", dying, 1'000), {.reads = "a"});
  world.add("living", noting("a", living), {.reads = "a"});
  world.add("writer", writing("a", 4), {.writes = {"a"}}, 100);
  world.inject({.kind = FaultKind::kCrash, .component = "dying", .at_ns = 150});
  const RunResult result = world.run();
  CHECK(dying == Notes{"writer-0@120"});
  CHECK(living == Notes{"writer-1@120", "writer-3@120", "writer-0*@170", "writer-2*@170"});
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.failed.empty());
}

TEST_CASE("fault crash: a component that is dead does not start, and one that has ended does not die") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("late", noting("a", notes), {.reads = "a"}, 200);
  world.add("failed", Program{dse::exit(3)});
  world.add("writer", writing("a", 1), {.writes = {"a"}}, 300);
  world.inject({.kind = FaultKind::kCrash, .component = "late", .at_ns = 200});
  world.inject({.kind = FaultKind::kCrash, .component = "failed", .at_ns = 100});
  const RunResult result = world.run();
  CHECK(notes.empty());
  CHECK(result.unroutable == 1);
  CHECK(result.failed == std::map<std::string, int>{{"failed", 3}});
}

TEST_CASE("fault crash: before everything else of its time, with its timers and results coming to nobody") {
  SimulationOptions options = kHopsOf10;
  options.threads = 2;
  Simulation world(options);
  bool ran = false;
  const Callback note = [&ran](Machine& machine) {
    ran = true;
    machine.next();
  };
  world.add("sleeper", Program{after(100), call(note)});
  world.add("thinker", Program{compute([] {}, 100, note)});
  world.inject({.kind = FaultKind::kCrash, .component = "sleeper", .at_ns = 100});
  world.inject({.kind = FaultKind::kCrash, .component = "thinker", .at_ns = 100});
  CHECK(world.run().status == RunStatus::kCompleted);
  CHECK_FALSE(ran);
}

TEST_CASE("faults leave what is written to others as it is") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 1), {.writes = {"a"}}, 50);
  world.add("other", writing("a", 1), {.writes = {"a"}}, 60);
  world.inject({.kind = FaultKind::kLose, .component = "writer"});
  world.run();
  CHECK(notes == Notes{"other-0@80"});
}
