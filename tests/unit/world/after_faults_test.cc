// Tests of what is expected of faults: how often they strike, and that a run recovers from them.
#include "sim/world/after_faults.h"

#include "sim/world/expectations.h"
#include "support/catch.h"
#include "support/open_world.h"
#include "support/programs.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

// A reader that stands still from `at_ns` on for 1,000 ns, and a writer of 20 messages, one every 100 ns.
std::vector<ExpectationOutcome> outcomes(const std::vector<Fault>& faults,
                                         const std::vector<Expectation>& expectations) {
  Simulation world({.latency_ns = 10, .curve_every_ns = kNanosecondsPerSecond});
  Notes notes;
  world.add("reader", noting("a", notes, 20), {.reads = "a"});
  world.add("writer", writing("a", 20, 100), {.writes = {"a"}}, 50);
  for (const Fault& fault : faults) world.inject(fault);
  for (const Expectation& one : expectations) world.expect(one);
  world.run();
  return world.expectations();
}

Fault still(TimeNs at_ns) {
  return {
      .kind = FaultKind::kPause, .component = "reader", .at_ns = at_ns, .time = DrawnTime::constant(1'000)};
}

Expectation none_unhandled(TimeNs after_ns) {
  return {.what = MetricExpectation{.metric = "reader.unhandled", .max = 0, .after_faults_ns = after_ns}};
}

}  // namespace

TEST_CASE("after faults: what is due moves with every effect, and is due once") {
  AfterFaults after({10, 30});
  CHECK(after.next_ns() == AfterFaults::kNever);
  after.note_effect(100);
  after.note_effect(90);  // another fault's; the last counts
  CHECK(after.next_ns() == 110);
  CHECK(after.take_next() == std::vector<TimeNs>{10});
  CHECK(after.next_ns() == 130);
  after.note_effect(120);
  CHECK(after.next_ns() == 130);
  CHECK(after.take_next() == std::vector<TimeNs>{10});
  CHECK(after.take_next() == std::vector<TimeNs>{30});
  CHECK(after.next_ns() == AfterFaults::kNever);
}

TEST_CASE("expect after_faults: a run that recovers in time does, and one that does not is found") {
  // It goes on at 1,120 with 11 messages, which take it 220 ns, while two more come.
  for (const auto& [after_ns, recovers] : {std::pair<TimeNs, bool>{100, false}, {300, true}}) {
    const auto found = outcomes({still(120)}, {none_unhandled(after_ns)});
    INFO(found[0].text);
    CHECK(found[0].as_planned == recovers);
  }
  const auto text = outcomes({still(120)}, {none_unhandled(300)});
  CHECK(text[0].text == "reader.unhandled is 0, expected at most 0, 300ns after the last fault");
}

TEST_CASE("expect after_faults: the last fault counts, and one that never strikes does not") {
  CHECK_FALSE(outcomes({still(120), still(1'500)}, {none_unhandled(50)})[0].as_planned);
  CHECK(outcomes({still(120), still(1'500)}, {none_unhandled(400)})[0].as_planned);
  const Expectation whole = {.what =
                                 MetricExpectation{.metric = "a.max_depth", .min = 0, .after_faults_ns = 0}};
  Fault never = still(0);
  never.at_ns.reset();
  never.probability = Probability{0, 1};
  CHECK(outcomes({never}, {whole, none_unhandled(0)})[1].as_planned);
}

TEST_CASE("expect struck: how often a fault strikes, by its name or its number") {
  Fault lossy{.kind = FaultKind::kLose, .component = "writer", .every = 5, .name = "lossy"};
  const auto struck = [&](StrikeExpectation expect) {
    const auto found = outcomes({still(120), lossy}, {{.what = std::move(expect)}});
    return std::pair(found[0].as_planned, found[0].text);
  };
  CHECK(struck({.fault = "lossy", .equals = 4}) ==
        std::pair(true, std::string("fault lossy struck 4 times, expected exactly 4")));
  CHECK(struck({.fault = "1", .min = 5}) ==
        std::pair(false, std::string("fault 1 struck 4 times, expected at least 5")));
  CHECK(struck({.fault = "0", .min = 1, .max = 1}).first);
  CHECK_FALSE(struck({.fault = "0", .max = 0}).first);
}

TEST_CASE("expect: where a fault is off, nothing is said about it, nor about what was to fail") {
  Fault lossy{.kind = FaultKind::kLose, .component = "writer", .every = 5};
  const std::vector<Expectation> expectations = {
      {.what = StrikeExpectation{.fault = "0", .min = 1}},
      {.fails = true, .what = DeliveryExpectation{.resource = "a", .lost = 0}},
      {.what = StrikeExpectation{.fault = "1", .equals = 2}}};
  lossy.on = false;
  const auto found = outcomes({lossy, still(120)}, expectations);
  CHECK(found[0].as_planned);
  CHECK(found[1].as_planned);
  CHECK_FALSE(found[2].as_planned);
}
