// The ledger in whole worlds of random topologies: without faults everything is delivered exactly once and in
// order; with one planted loss it finds exactly the message that was lost, and where it was owed.
#include "sim/world/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "dse/random.h"
#include "sim/world/expectations.h"
#include "support/catch.h"
#include "support/open_world.h"

using namespace dse;

namespace {

Program writer(RandomStream& random) {
  Program program;
  for (std::uint64_t count = 2 + random.below(20); count > 0; --count) {
    const std::string exchange = random.below(2) == 0 ? "e0" : "e1";
    const std::string key = random.below(2) == 0 ? "x" : "y.z";
    const Headers headers = {{"label", static_cast<std::int64_t>(random.below(3))}};
    program.push_back(call([=](Machine& machine) {
      machine.eval(write_resource(exchange, machine.compose({.key = key, .headers = headers})));
    }));
    if (random.below(3) == 0) program.push_back(after(static_cast<TimeNs>(random.below(50))));
  }
  return program;
}

BindingSpec any_binding(RandomStream& random, const std::string& queue) {
  const char* keys[] = {"#", "x", "y.*", "*"};
  BindingSpec binding{.from = random.below(2) == 0 ? "e0" : "e1", .to = queue, .key = keys[random.below(4)]};
  if (random.below(2) == 0) binding.headers.set("label", static_cast<std::int64_t>(random.below(3)));
  return binding;
}

// Every queue is streamed; some consumers start late, some make their own bindings.
void build(OpenWorld& world, RandomStream& random, std::vector<std::string>& notes) {
  world.scenario.latency_ns = static_cast<TimeNs>(random.below(30));
  for (std::uint64_t number = 1 + random.below(3); number > 0; --number) {
    const std::string queue = fmt::format("q{}", number);
    for (std::uint64_t times = random.below(3); times > 0; --times) {
      world.scenario.bindings.push_back(any_binding(random, queue));
    }
    for (std::uint64_t consumers = 1 + random.below(2); consumers > 0; --consumers) {
      Program program;
      if (random.below(2) == 0) program.push_back(bind(any_binding(random, queue)));
      for (Step& step : noting(queue, notes, static_cast<TimeNs>(random.below(40)),
                               static_cast<std::uint32_t>(random.below(4)))) {
        program.push_back(std::move(step));
      }
      world.add(fmt::format("c{}-{}", number, consumers), std::move(program),
                static_cast<TimeNs>(random.below(300)));
    }
    world.scenario.expectations.push_back(
        {.what = DeliveryExpectation{
             .resource = queue, .delivered = Guarantee::kExactlyOnce, .fifo = true, .lost = 0}});
  }
  for (const char* name : {"w1", "w2"}) {
    world.add(name, writer(random), static_cast<TimeNs>(random.below(300)));
  }
}

std::size_t count_of(const std::vector<std::string>& notes, const std::string& id) {
  return static_cast<std::size_t>(std::count_if(notes.begin(), notes.end(), [&](const std::string& note) {
    return note.substr(0, note.find('@')) == id;
  }));
}

// In some worlds nothing leads to a queue in time, and the expectation says so.
bool nothing_owed(const ExpectationResult& one) {
  return one.detail.starts_with("nothing was owed") && one.detail.ends_with("; 0 lost");
}

}  // namespace

TEST_CASE(
    "ledger: in any world without faults, in any order of simultaneous events, all is exactly once and in "
    "order") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "world", "ledger");
    OpenWorld world;
    std::vector<std::string> notes;
    build(world, random, notes);
    world.options.ordering = random.below(3);  // simultaneous events in their order, or in another
    if (random.below(3) == 0) world.scenario.until_ns = static_cast<TimeNs>(random.below(600));
    const RunResult result = world.run();
    for (const ExpectationResult& one : check_expectations(world.scenario, result)) {
      CAPTURE(one.detail);
      REQUIRE((one.met || nothing_owed(one)));
    }
    // The messages that no queue took are those that the bus called unroutable.
    if (world.scenario.until_ns) continue;
    REQUIRE(result.ledger->judge({.lost = static_cast<std::int64_t>(result.unroutable)}).met);
  }
}

TEST_CASE("ledger: in any world with one loss, it is found, and no other") {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "world", "ledger");
    OpenWorld world;
    std::vector<std::string> notes;
    build(world, random, notes);
    world.run();
    const std::vector<std::string> without = std::exchange(notes, {});
    const std::uint64_t number = random.below(2);
    const std::string id = fmt::format("w1-{}", number);
    world.scenario.faults = {{.kind = FaultKind::kLose,
                              .component = "w1",
                              .every = static_cast<std::int64_t>(number) + 1,
                              .limit = 1}};
    const RunResult result = world.run();
    std::size_t missing = 0;
    for (const ExpectationResult& one : check_expectations(world.scenario, result)) {
      CAPTURE(one.detail);
      if (one.met || nothing_owed(one)) continue;
      ++missing;
      REQUIRE_THAT(one.detail, Catch::StartsWith("message " + id + ", "));
      REQUIRE_THAT(one.detail, ContainsSubstring(" 1 never delivered, 0 more than once"));
      REQUIRE_THAT(one.detail, ContainsSubstring("; 1 lost, expected 0"));
    }
    REQUIRE(count_of(notes, id) == 0);
    REQUIRE(missing == count_of(without, id));  // one for each queue that received it
    found += missing > 0 ? 1 : 0;
  }
  CHECK(found > 100);  // else there was little to find
}
