// Tests of hops that take a time of their own each.
#include <set>

#include "support/catch.h"
#include "support/open_world.h"
#include "support/programs.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

Notes received(const DrawnTime& latency, std::uint64_t seed = 1, TimeNs gap_ns = 1'000) {
  Simulation world({.seed = seed, .varied_latency = latency, .curve_every_ns = kNanosecondsPerSecond});
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 50, gap_ns), {.writes = {"a"}}, 1'000'000);
  world.run();
  return notes;
}

}  // namespace

TEST_CASE("hops that vary: each message takes its own time, and none overtakes another") {
  for (const DrawnTime& latency : {DrawnTime::uniform(10, 20'000), DrawnTime::exponential(5'000)}) {
    const Notes notes = received(latency);
    REQUIRE(notes.size() == 50);
    std::set<TimeNs> times;
    for (std::size_t i = 0; i < notes.size(); ++i) {
      CHECK(notes[i].starts_with("writer-" + std::to_string(i) + "@"));
      const TimeNs at_ns = std::stoll(notes[i].substr(notes[i].find('@') + 1));
      times.insert(at_ns - 1'000'000 - static_cast<TimeNs>(i) * 1'000);
    }
    CHECK(times.size() > 20);
    CHECK(received(latency) == notes);
    CHECK(received(latency, 2) != notes);
  }
}

TEST_CASE("hops that do not vary take what they took, and draw nothing") {
  const auto ran = [](const SimulationOptions& options) {
    Simulation world(options);
    Notes notes;
    world.add("reader", noting("a", notes), {.reads = "a"});
    world.add("writer", writing("a", 20, 7), {.writes = {"a"}}, 50);
    return world.run().fingerprints;
  };
  CHECK(ran({.latency_ns = 30}) == ran({.latency_ns = 0, .varied_latency = DrawnTime::constant(30)}));
}

TEST_CASE("a component's own latency is that of its hops, both ways, and of no other's") {
  OpenWorld world;
  Notes near;
  Notes far;
  world.add("near", noting("a", near, 0, 1));
  world.add("far", noting("a", far, 0, 1));
  world.add("writer", make_component(writing("a", 4), {.ports = {.writes = {"a"}}}), 1'000);
  world.scenario.components[1].latency = DrawnTime::constant(100);
  CHECK(world.run().status == RunStatus::kCompleted);
  CHECK(near == Notes{"writer-0@1020", "writer-2@1040", "writer-3@1060"});
  CHECK(far == Notes{"writer-1@1110"});
}
