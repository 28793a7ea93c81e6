// Whole worlds of random topologies: every message reaches every queue that it should, once, and is settled
// once, whatever the prefetches, delays, requeues and leaving consumers.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "dse/random.h"
#include "support/catch.h"
#include "support/open_world.h"

using namespace dse;

namespace {

// How often each message was settled for good, by queue, then by message id.
using Settled = std::map<std::string, std::map<std::string, int>>;

struct Topology {
  OpenWorld world;
  Settled expected;
  Settled settled;
  std::set<std::string> settled_again;  // messages that came after they were settled for good
};

// Streams `queue`, sometimes requeues a message, and leaves after `leave_after` messages.
Program consumer(Topology& topology, RandomStream& random, const std::string& queue,
                 std::uint64_t leave_after) {
  const auto prefetch = static_cast<std::uint32_t>(random.below(4));
  const auto service_ns = static_cast<TimeNs>(random.below(60));
  auto seen = std::make_shared<std::uint64_t>(0);
  return {
      stream_resource(queue, prefetch, [=, &topology, &random](Machine& machine, const MessagePtr& message) {
        int& times = topology.settled[queue][message->id()];
        if (times > 0) topology.settled_again.insert(message->id());
        if (++*seen >= leave_after)
          return machine.eval(after(service_ns), dse::exit(0));  // it stays unsettled
        if (random.below(5) == 0) {
          machine.reject_current(true);
        } else {
          ++times;
        }
        machine.eval(after(service_ns));
      })};
}

Program writer(Topology& topology, RandomStream& random, const std::string& name,
               const std::string& exchange) {
  Program program;
  const std::uint64_t count = 1 + random.below(25);
  for (std::uint64_t number = 0; number < count; ++number) {
    const std::string key = random.below(2) == 0 ? "x" : "y";
    for (const BindingSpec& binding : topology.world.scenario.bindings) {
      const bool fits = binding.key == "#" || binding.key == key;
      if (binding.from == exchange && fits)
        topology.expected[binding.to][fmt::format("{}-{}", name, number)] = 1;
    }
    program.push_back(call([exchange, key](Machine& machine) {
      machine.eval(write_resource(exchange, machine.compose({.key = key})));
    }));
    if (random.below(3) == 0) program.push_back(after(static_cast<TimeNs>(random.below(50))));
  }
  return program;
}

void build(Topology& topology, RandomStream& random) {
  OpenWorld& world = topology.world;
  world.scenario.latency_ns = static_cast<TimeNs>(random.below(30));
  const std::vector<std::string> exchanges = {"e0", "e1"};
  const std::uint64_t queues = 1 + random.below(3);
  for (std::uint64_t number = 0; number < queues; ++number) {
    const std::string queue = fmt::format("q{}", number);
    topology.settled[queue];
    for (std::uint64_t times = 1 + random.below(3); times > 0; --times) {
      const char* keys[] = {"#", "x", "y"};
      world.scenario.bindings.push_back(
          {.from = exchanges[random.below(2)], .to = queue, .key = keys[random.below(3)]});
    }
    // The first consumer stays to the end; others may leave, so that it gets what they had.
    for (std::uint64_t consumers = 1 + random.below(3); consumers > 0; --consumers) {
      const bool stays = consumers == 1;
      world.add(fmt::format("c{}-{}", number, consumers),
                consumer(topology, random, queue, stays ? UINT64_MAX : 1 + random.below(12)),
                static_cast<TimeNs>(random.below(400)));
    }
  }
  for (std::uint64_t number = 1 + random.below(3); number > 0; --number) {
    const std::string name = fmt::format("w{}", number);
    world.add(name, writer(topology, random, name, exchanges[random.below(2)]),
              static_cast<TimeNs>(random.below(300)));
  }
}

}  // namespace

TEST_CASE("nothing is lost and nothing is settled twice, in any world") {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "world", "topology");
    Topology topology;
    build(topology, random);
    const RunResult result = topology.world.run();
    CAPTURE(result.stall);
    REQUIRE(result.status == RunStatus::kCompleted);
    for (auto& [queue, messages] : topology.settled) {
      CAPTURE(queue);
      REQUIRE(messages == topology.expected[queue]);
    }
    REQUIRE(topology.settled_again.empty());
  }
}
