// Whatever holds messages up, pauses processes and cuts connections: no message is lost, and every run comes
// to its end, the same each time. Unless a connection is lost, each message comes once, and those of one
// writer keep their order.
#include "dse/random.h"
#include "support/catch.h"
#include "support/programs.h"

using namespace dse;

namespace {

DrawnTime some_time(RandomStream& random, TimeNs most_ns) {
  const auto some = [&] {
    return 1 + static_cast<TimeNs>(random.below(static_cast<std::uint64_t>(most_ns)));
  };
  switch (random.below(3)) {
    case 0:
      return DrawnTime::constant(some());
    case 1: {
      const TimeNs least_ns = some();
      return DrawnTime::uniform(least_ns, least_ns + some());
    }
    default:
      return DrawnTime::exponential(some());
  }
}

Fault some_fault(RandomStream& random, const std::string& component, bool reads, bool writes) {
  Fault fault{.component = component, .time = some_time(random, 300)};
  switch (random.below(4)) {
    case 0:
      fault.kind = writes ? FaultKind::kDelay : FaultKind::kPause;
      break;
    case 1:
      fault.kind = reads ? FaultKind::kSlow : FaultKind::kPause;
      fault.factor = {.numerator = 1 + static_cast<std::int64_t>(random.below(7)), .denominator = 2};
      break;
    case 2:
      fault.kind = FaultKind::kPause;
      break;
    default:
      fault.kind = FaultKind::kPartition;
  }
  if (!is_of_link(fault.kind) && (!reads || random.below(2) == 0)) {
    fault.at_ns = static_cast<TimeNs>(random.below(2'000));
  } else {
    fault.probability = Probability{static_cast<std::int64_t>(random.below(3)), 10};
  }
  return fault;
}

struct Ran {
  RunResult result;
  std::vector<ExpectationOutcome> outcomes;
};

// Two writers, a forwarder that reads what they write, and two readers that share its queue.
Ran ran(std::uint64_t seed) {
  RandomStream random(seed, "property", "outages");
  SimulationOptions options{.seed = seed,
                            .ordering = random.below(2) == 0 ? 0 : seed,
                            .latency_ns = static_cast<TimeNs>(random.below(30)),
                            .heartbeat_ns = random.below(2) == 0 ? 0 : static_cast<TimeNs>(random.below(100)),
                            .curve_every_ns = kNanosecondsPerSecond};
  if (random.below(2) == 0) options.varied_latency = some_time(random, 40);
  if (random.below(3) == 0) options.until_ns = static_cast<TimeNs>(random.below(3'000));
  Simulation world(options);
  std::vector<std::string> notes;
  const auto gap = [&] { return static_cast<TimeNs>(random.below(60)); };
  const auto prefetch = [&] { return static_cast<std::uint32_t>(random.below(5)); };
  world.add("one", writing("a", 40, gap()), {.writes = {"a"}}, gap());
  world.add("two", writing("a", 40, gap()), {.writes = {"a"}}, gap());
  const TimeNs service_ns = gap();
  world.add("forwarder",
            Program{stream_resource("a", prefetch(),
                                    [service_ns](Machine& machine, const MessagePtr&) {
                                      MessagePtr on = machine.compose({.key = "k"});
                                      machine.eval(after(service_ns), write_resource("b", std::move(on)));
                                    })},
            {.reads = "a", .writes = {"b"}});
  world.add("left", noting("b", notes, gap(), prefetch()), {.reads = "b"});
  world.add("right", noting("b", notes, gap(), prefetch()), {.reads = "b"});
  for (std::uint64_t count = random.below(6); count > 0; --count) {
    switch (random.below(4)) {
      case 0:
        world.inject(some_fault(random, "one", false, true));
        break;
      case 1:
        world.inject(some_fault(random, "forwarder", true, true));
        break;
      default:
        world.inject(some_fault(random, random.below(2) == 0 ? "left" : "right", true, false));
    }
  }
  // When a connection is lost, a message may come twice, and the second one to another consumer, out of
  // order.
  const bool keeps_connections = options.heartbeat_ns == 0;
  for (const char* queue : {"a", "b"}) {
    world.expect({.what = DeliveryExpectation{
                      .resource = queue,
                      .delivered = keeps_connections ? Guarantee::kExactlyOnce : Guarantee::kAtLeastOnce,
                      .fifo = keeps_connections,
                      .lost = 0}});
  }
  RunResult result = world.run();
  return {.result = std::move(result), .outcomes = world.expectations()};
}

}  // namespace

TEST_CASE("outages lose nothing, and without lost connections keep the order") {
  std::uint64_t struck = 0;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    CAPTURE(seed);
    const Ran once = ran(seed);
    REQUIRE(once.result.status == RunStatus::kCompleted);
    for (const ExpectationOutcome& one : once.outcomes) {
      INFO(one.text);
      const bool nothing_owed =
          one.text.find("nothing was owed") != std::string::npos;  // it was cut off early
      REQUIRE((one.as_planned || nothing_owed));
    }
    for (const FaultCount& fault : once.result.faults) struck += fault.struck;
    if (seed % 20 != 0) continue;
    const Ran again = ran(seed);
    REQUIRE(again.result.fingerprints == once.result.fingerprints);
    REQUIRE(again.result.events == once.result.events);
  }
  CHECK(struck > 5'000);
}
