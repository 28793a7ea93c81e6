// Expectations against runs: each form, met and missed.
#include "sim/world/expectations.h"

#include "kinds/echo.h"
#include "kinds/model.h"
#include "support/catch.h"
#include "support/programs.h"

using namespace dse;

namespace {

ExpectationResult check(const RunResult& result, const Expectation& expectation) {
  Scenario scenario;
  scenario.expectations = {expectation};
  return check_expectations(scenario, result).at(0);
}

ExpectationResult check(const RunResult& result, const MetricExpectation& expect) {
  return check(result, Expectation{.what = expect});
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

TEST_CASE("expect: a figure that is undefined is missed, and the reason is said") {
  Scenario scenario;
  scenario.components = {
      {.name = "m", .component = make_model({.learner = {.name = "fake"}, .from = "in", .to = "out"})}};
  scenario.expectations = {{.what = MetricExpectation{.metric = "m.prequential_cohen_kappa", .min = 0.5}},
                           {.what = MetricExpectation{.metric = "m.log_loss", .rises = true}}};
  const std::vector<ExpectationResult> results = check_expectations(scenario, with_metric(1));
  REQUIRE(results.size() == 2);
  CHECK_FALSE(results[0].met);
  CHECK(
      expectation_text(results[0]) ==
      "m.prequential_cohen_kappa is not measured in this run, expected at least 0.5; it is undefined without "
      "examples, and when all truths and all predictions are of one class");
  CHECK_FALSE(results[1].met);
  CHECK(
      expectation_text(results[1]) ==
      "m.log_loss is not measured in this run, expected to rise; it is undefined without examples that have "
      "class probabilities");
}

TEST_CASE("expect rises: the last quarter of the curve is above its first") {
  const MetricExpectation rises = {.metric = "m.accuracy", .rises = true};
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
  CHECK_THAT(one.detail, ContainsSubstring("has a curve of 3 points, too few to tell whether it rises"));
}

TEST_CASE("expect rises: bounds count as well") {
  CHECK_FALSE(check(with_curve({0, 0, 0, 1}), {.metric = "m.accuracy", .min = 0.6, .rises = true}).met);
  CHECK(check(with_curve({0, 0, 0, 1}), {.metric = "m.accuracy", .min = 0.4, .rises = true}).met);
}

TEST_CASE("expect by: the metric over everything up to that time") {
  const auto counting_until = [](const std::optional<TimeNs>& until_ns) {
    SimulationOptions options = kHopsOf10;
    options.until_ns = until_ns;
    Simulation world(options);
    world.add("echo", make_echo({.from = "a"}));
    world.add("writer", writing("a", 10, 100), {}, 100);  // message n arrives at 120 + 100 n
    return world;
  };
  const auto received_by = [&](TimeNs by_ns, double value) {
    Simulation world = counting_until(std::nullopt);
    world.expect({.what = MetricExpectation{.metric = "echo.received", .equals = value, .by_ns = by_ns}});
    CHECK(world.run().metrics.at("echo.received") == 10);
    return world.expectations().at(0);
  };
  CHECK(received_by(0, 0).as_planned);
  CHECK(received_by(419, 3).as_planned);
  CHECK(received_by(420, 4).as_planned);
  CHECK(received_by(500, 4).as_planned);
  CHECK(received_by(500, 5).text == "echo.received is 4, expected exactly 5 by 500ns");
  CHECK(received_by(1'000'000, 10).as_planned);  // the run ended before that
  Simulation world = counting_until(500);
  world.expect({.what = MetricExpectation{.metric = "echo.received", .equals = 4, .by_ns = 500}})
      .expect({.what = MetricExpectation{.metric = "echo.received", .equals = 4, .by_ns = 900}})
      .expect({.what = MetricExpectation{.metric = "echo.received", .equals = 3, .by_ns = 400}});
  world.run();
  for (const ExpectationOutcome& one : world.expectations()) CHECK(one.as_planned);
}

TEST_CASE("expect by: snapshots change nothing of the run") {
  const auto run = [](TimeNs every_ns) {
    Simulation world(kHopsOf10);
    world.add("echo", make_echo({.from = "a"}));
    world.add("writer", writing("a", 10, 100), {}, 100);
    for (TimeNs by_ns = 0; every_ns > 0 && by_ns < 1'500; by_ns += every_ns)
      world.expect({.what = MetricExpectation{.metric = "echo.received", .min = 0, .by_ns = by_ns}});
    return world.run();
  };
  const RunResult without = run(0);
  const RunResult with = run(7);
  CHECK(with.fingerprints == without.fingerprints);
  CHECK(with.events == without.events);
  CHECK(with.virtual_time_ns == without.virtual_time_ns);
}

TEST_CASE("expect status: it alone decides about a stall") {
  RunResult result;
  result.status = RunStatus::kStalled;
  const ExpectationResult completed =
      check(result, Expectation{.what = StatusExpectation{RunStatus::kCompleted}});
  const ExpectationResult stalled =
      check(result, Expectation{.what = StatusExpectation{RunStatus::kStalled}});
  CHECK_FALSE(completed.met);
  CHECK(stalled.met);
  CHECK(expectation_text(completed) == "the run stalled, expected completed");
  CHECK_FALSE(passed(result, {}));
  CHECK_FALSE(judges_status({}));
  CHECK(passed(result, {stalled}));
  CHECK(judges_status({stalled}));
  CHECK_FALSE(passed(result, {completed}));
  CHECK(passed(
      result, {check(result, Expectation{.fails = true, .what = StatusExpectation{RunStatus::kCompleted}})}));
}

TEST_CASE("expect fails: what must fail is as planned only when it does") {
  const Expectation planned = {
      .name = "too good", .fails = true, .what = MetricExpectation{.metric = "m.accuracy", .max = 0.9}};
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
  Simulation world(kHopsOf10);
  std::vector<std::string> dying;
  std::vector<std::string> living;
  world.add("dying", noting("a", dying, 1'000), {.reads = "a"});
  world.add("living", noting("a", living), {.reads = "a"});
  world.add("writer", writing("a", 4), {.writes = {"a"}}, 100);
  world.inject({.kind = FaultKind::kCrash, .component = "dying", .at_ns = 150});
  world.expect({.what = DeliveryExpectation{.resource = "a", .delivered = Guarantee::kExactlyOnce}});
  world.expect({.what = DeliveryExpectation{
                    .resource = "a", .delivered = Guarantee::kAtLeastOnce, .fifo = true, .lost = 0}});
  world.run();
  const std::vector<ExpectationOutcome> checked = world.expectations();
  CHECK_FALSE(checked[0].as_planned);
  CHECK_THAT(checked[0].text, ContainsSubstring("message writer-0, written at 100ns, was delivered to a "
                                                "consumer of 'a' 2 times (of 4 owed, 0 never delivered, 1 "
                                                "more than once)"));
  CHECK(checked[1].as_planned);
}

TEST_CASE("expect delivered: without such an expectation there is no ledger") {
  const auto written = [] {
    Simulation world(kHopsOf10);
    world.add("writer", writing("a", 4), {.writes = {"a"}}, 100);
    return world;
  };
  CHECK(written().run().ledger == nullptr);
  Simulation world = written();
  world.expect({.what = DeliveryExpectation{.lost = 4}});
  REQUIRE(world.run().ledger != nullptr);
  CHECK(world.expectations().at(0).as_planned);
}

TEST_CASE("expect lost: a run that is cut off loses nothing that is still under way") {
  for (TimeNs until_ns = 100; until_ns < 6'000; until_ns += 5) {
    CAPTURE(until_ns);
    SimulationOptions options = kHopsOf10;
    options.until_ns = until_ns;
    Simulation world(options);
    std::vector<std::string> notes;
    world.add("reader", noting("a", notes, 500, 1), {.reads = "a"});
    world.add("writer", writing("a", 10, 100), {.writes = {"a"}}, 100);
    world.expect({.what = DeliveryExpectation{.lost = 0}});
    world.expect({.what = DeliveryExpectation{.resource = "a", .delivered = Guarantee::kExactlyOnce}});
    world.run();
    for (const ExpectationOutcome& one : world.expectations()) CHECK(one.as_planned);
  }
}
