// Expectations against runs: each form, held and missed.
#include "sim/world/expectations.h"

#include "support/catch.h"
#include "unit/sim/small_world.h"

using namespace dse;

namespace {

ExpectationResult check(const RunResult& result, const ExpectConfig& expectation) {
  Scenario scenario;
  scenario.expectations = {expectation};
  return check_expectations(scenario, result).at(0);
}

ExpectationResult check(const RunResult& result, const MetricExpect& expect) {
  return check(result, ExpectConfig{.what = expect});
}

RunResult with_metric(double value) {
  RunResult result;
  result.metrics["m.accuracy"] = value;
  return result;
}

RunResult with_curve(const std::vector<double>& values) {
  RunResult result = with_metric(0.5);
  TimeNs time_ns = 0;
  for (const double value : values) {
    result.curves.push_back({++time_ns, "m", "accuracy", value});
    result.curves.push_back({time_ns, "m", "prequential_accuracy", 1 - value});
    result.curves.push_back({time_ns, "n", "accuracy", 1 - value});
  }
  return result;
}

}  // namespace

TEST_CASE("expect: bounds are inclusive, equals is exact") {
  const RunResult result = with_metric(0.5);
  CHECK(check(result, {.metric = "m.accuracy", .min = 0.5, .max = 0.5}).met);
  CHECK_FALSE(check(result, {.metric = "m.accuracy", .min = 0.51}).met);
  CHECK_FALSE(check(result, {.metric = "m.accuracy", .max = 0.49}).met);
  CHECK(check(result, {.metric = "m.accuracy", .equals = 0.5}).met);
  CHECK_FALSE(check(result, {.metric = "m.accuracy", .equals = 0.5000001}).met);
  CHECK(check(result, {.metric = "m.accuracy", .min = 0.5}).detail.empty());
}

TEST_CASE("expect: a metric that this run did not measure is missed") {
  const ExpectationResult one = check(RunResult(), {.metric = "m.accuracy", .max = 1});
  CHECK_FALSE(one.met);
  CHECK(expectation_text(one) == "m.accuracy is not measured in this run, expected at most 1");
}

TEST_CASE("expect rises: the last quarter of the curve is above its first") {
  const MetricExpect rises = {.metric = "m.accuracy", .rises = true};
  CHECK(check(with_curve({0.1, 0.9, 0.9, 0.2}), rises).met);
  CHECK_FALSE(check(with_curve({0.2, 0.9, 0.9, 0.2}), rises).met);
  CHECK_FALSE(check(with_curve({0.2, 0.9, 0.9, 0.1}), rises).met);
  CHECK(check(with_curve({0.1, 0.3, 0, 0, 0, 0, 0, 0.2, 0.3}), rises).met);  // quarters of two points
  CHECK_FALSE(check(with_curve({0.1, 0.5, 0, 0, 0, 0, 0, 0.2, 0.3}), rises).met);
  CHECK(expectation_text(check(with_curve({0.1, 0.9, 0.9, 0.2}), rises)) ==
        "m.accuracy is 0.5, expected to rise; it rises from 0.1000 to 0.2000, means of its curve's first and "
        "last quarter");
}

TEST_CASE("expect rises: a curve of three points tells nothing") {
  const ExpectationResult one = check(with_curve({0.1, 0.2, 0.3}), {.metric = "m.accuracy", .rises = true});
  CHECK_FALSE(one.met);
  CHECK_THAT(one.detail, ContainsSubstring("its curve has 3 points, too few to tell whether it rises"));
}

TEST_CASE("expect rises: bounds count as well") {
  CHECK_FALSE(check(with_curve({0, 0, 0, 1}), {.metric = "m.accuracy", .min = 0.6, .rises = true}).met);
  CHECK(check(with_curve({0, 0, 0, 1}), {.metric = "m.accuracy", .min = 0.4, .rises = true}).met);
}

TEST_CASE("expect by: the metric over everything up to that time") {
  SmallWorld world;
  world.add_kind("echo", make_echo({.from = "a"}));
  world.add("writer", writing("a", 10, 100), 100);  // message n is there at 120 + 100 n
  const auto received_by = [&](TimeNs by_ns, double value) {
    world.scenario.expectations = {
        {.what = MetricExpect{.metric = "echo.received", .equals = value, .by_ns = by_ns}}};
    const RunResult result = world.run();
    CHECK(result.metrics.at("echo.received") == 10);
    return check_expectations(world.scenario, result).at(0);
  };
  CHECK(received_by(0, 0).met);
  CHECK(received_by(419, 3).met);
  CHECK(received_by(420, 4).met);
  CHECK(received_by(500, 4).met);
  CHECK(expectation_text(received_by(500, 5)) == "echo.received is 4, expected exactly 5 by 500ns");
  CHECK(received_by(1'000'000, 10).met);  // the run has ended before
  world.scenario.until_ns = 500;
  world.scenario.expectations = {
      {.what = MetricExpect{.metric = "echo.received", .equals = 4, .by_ns = 500}},
      {.what = MetricExpect{.metric = "echo.received", .equals = 4, .by_ns = 900}},
      {.what = MetricExpect{.metric = "echo.received", .equals = 3, .by_ns = 400}}};
  for (const ExpectationResult& one : check_expectations(world.scenario, world.run())) CHECK(one.met);
}

TEST_CASE("expect by: snapshots change nothing of the run") {
  SmallWorld world;
  world.add_kind("echo", make_echo({.from = "a"}));
  world.add("writer", writing("a", 10, 100), 100);
  const RunResult without = world.run();
  for (TimeNs by_ns = 0; by_ns < 1'500; by_ns += 7) {
    world.scenario.expectations.push_back(
        {.what = MetricExpect{.metric = "echo.received", .min = 0, .by_ns = by_ns}});
  }
  const RunResult with = world.run();
  CHECK(with.fingerprints == without.fingerprints);
  CHECK(with.events == without.events);
  CHECK(with.virtual_time_ns == without.virtual_time_ns);
}

TEST_CASE("expect status: it alone decides about a stall") {
  RunResult result;
  result.status = RunStatus::kStalled;
  const ExpectationResult completed = check(result, ExpectConfig{.what = StatusExpect{"completed"}});
  const ExpectationResult stalled = check(result, ExpectConfig{.what = StatusExpect{"stalled"}});
  CHECK_FALSE(completed.met);
  CHECK(stalled.met);
  CHECK(expectation_text(completed) == "the run stalled, expected completed");
  CHECK_FALSE(passed(result, {}));
  CHECK_FALSE(judges_status({}));
  CHECK(passed(result, {stalled}));
  CHECK(judges_status({stalled}));
  CHECK_FALSE(passed(result, {completed}));
  CHECK(passed(result, {check(result, ExpectConfig{.fails = true, .what = StatusExpect{"completed"}})}));
}

TEST_CASE("expect fails: what must fail is as planned only when it does") {
  const ExpectConfig planned = {
      .name = "too good", .fails = true, .what = MetricExpect{.metric = "m.accuracy", .max = 0.9}};
  const ExpectationResult caught = check(with_metric(1), planned);
  CHECK(caught.as_planned());
  CHECK(passed(RunResult(), {caught}));
  CHECK(expectation_text(caught) == "too good: m.accuracy is 1, expected at most 0.9");
  const ExpectationResult unnoticed = check(with_metric(0.5), planned);
  CHECK_FALSE(unnoticed.as_planned());
  CHECK_FALSE(passed(RunResult(), {caught, unnoticed}));
  CHECK(
      expectation_text(unnoticed) ==
      "too good: m.accuracy is 0.5, expected at most 0.9; it holds, but was to fail: the planted fault went "
      "unnoticed");
}

TEST_CASE("a run passes only if it went to its end and nobody failed") {
  RunResult result;
  CHECK(passed(result, {}));
  result.failed["m"] = 3;
  CHECK_FALSE(passed(result, {}));
  result.failed.clear();
  result.status = RunStatus::kInterrupted;
  CHECK_FALSE(passed(result, {}));
}

TEST_CASE("expect delivered: what handlers got counts, not what lay in an inbox") {
  SmallWorld world;
  std::vector<std::string> dying;
  std::vector<std::string> living;
  world.add("dying", noting("a", dying, 1'000));
  world.add("living", noting("a", living));
  world.add("writer", writing("a", 4), 100);
  world.scenario.faults = {{.kind = FaultKind::kCrash, .component = "dying", .at_ns = 150}};
  world.scenario.expectations = {
      {.what = DeliveryExpect{.resource = "a", .delivered = Guarantee::kExactlyOnce}},
      {.what =
           DeliveryExpect{.resource = "a", .delivered = Guarantee::kAtLeastOnce, .fifo = true, .lost = 0}}};
  const auto checked = check_expectations(world.scenario, world.run());
  CHECK_FALSE(checked[0].met);
  CHECK_THAT(checked[0].detail, ContainsSubstring("message writer-0, written at 100ns, was delivered to a "
                                                  "consumer of 'a' 2 times (of 4 owed, 0 never delivered, 1 "
                                                  "more than once)"));
  CHECK(checked[1].met);
}

TEST_CASE("expect delivered: without such an expectation there is no ledger") {
  SmallWorld world;
  world.add("writer", writing("a", 4), 100);
  CHECK(world.run().ledger == nullptr);
  world.scenario.expectations = {{.what = DeliveryExpect{.lost = 4}}};
  const RunResult result = world.run();
  REQUIRE(result.ledger != nullptr);
  CHECK(check_expectations(world.scenario, result).at(0).met);
}

TEST_CASE("expect lost: a run that is cut off loses nothing that is still under way") {
  SmallWorld world;
  std::vector<std::string> notes;
  world.add("reader", noting("a", notes, 500, 1));
  world.add("writer", writing("a", 10, 100), 100);
  world.scenario.expectations = {
      {.what = DeliveryExpect{.lost = 0}},
      {.what = DeliveryExpect{.resource = "a", .delivered = Guarantee::kExactlyOnce}}};
  for (TimeNs until_ns = 100; until_ns < 6'000; until_ns += 5) {
    CAPTURE(until_ns);
    world.scenario.until_ns = until_ns;
    for (const ExpectationResult& one : check_expectations(world.scenario, world.run())) CHECK(one.met);
  }
}
