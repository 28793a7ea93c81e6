// What alarms are worth against planted drifts, by hand-made cases, and as CapyMOA judges them: the numbers
// of that test were printed by its EvaluateDriftDetector (github.com/adaptive-machine-learning/CapyMOA) at
// commit 095caba132be043ec4fddf5e01ddaab6f96fb336.
#include "drift/drift_score.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/catch.h"

using namespace dse;

namespace {

struct Case {
  std::vector<PlantedDrift> drifts;
  std::optional<TimeNs> max_delay_ns = {};
  std::vector<TimeNs> alarms;
  TimeNs last_ns = 0;
  TimeNs every_ns = 1;  // from one example to the next
};

DriftScore::Figures judged(const Case& one) {
  DriftScore score(one.drifts, one.max_delay_ns);
  for (TimeNs now = 0; now <= one.last_ns; now += one.every_ns) {
    score.note_example(now);
    if (std::count(one.alarms.begin(), one.alarms.end(), now) > 0) score.note_alarm(now);
  }
  return score.figures();
}

// "drifts detected missed repeated false"
std::string counts(const DriftScore::Figures& figures) {
  return fmt::format("{} {} {} {} {}", figures.drifts, figures.detected, figures.missed(),
                     figures.repeated_alarms, figures.false_alarms);
}

}  // namespace

TEST_CASE("the first alarm after a drift detects it, and every other one is a repeated or a false one") {
  const DriftScore::Figures figures = judged(
      {.drifts = {{.at_ns = 100}, {.at_ns = 300}}, .alarms = {99, 130, 150, 310, 399}, .last_ns = 400});
  CHECK(counts(figures) == "2 2 0 2 1");
  CHECK(figures.delay_ns == (30 + 10) / 2.0);
  CHECK(figures.delay_examples == (30 + 10) / 2.0);
}

TEST_CASE("a drift can be detected when it begins, and until the next one does") {
  const auto at = [](TimeNs alarm) {
    return judged({.drifts = {{.at_ns = 100}, {.at_ns = 300}}, .alarms = {alarm}, .last_ns = 400});
  };
  CHECK(counts(at(100)) == "2 1 1 0 0");
  CHECK(at(100).delay_ns == 0.0);
  CHECK(at(299).delay_ns == 199.0);
  CHECK(at(300).delay_ns == 0.0);
}

TEST_CASE("an alarm later than the bound is false, and the drift is missed") {
  const auto at = [](TimeNs alarm) {
    return judged(
        {.drifts = {{.at_ns = 100, .width_ns = 40}}, .max_delay_ns = 50, .alarms = {alarm}, .last_ns = 400});
  };
  CHECK(counts(at(79)) == "1 0 1 0 1");
  CHECK(at(80).delay_ns == 0.0);    // it begins half its width before
  CHECK(at(170).delay_ns == 90.0);  // and ends half its width after, from when the bound counts
  CHECK(counts(at(171)) == "1 0 1 0 1");
  CHECK_FALSE(at(171).delay_ns);
  CHECK_FALSE(at(171).delay_examples);
}

TEST_CASE("delays in examples count those between its beginning and the alarm") {
  const DriftScore::Figures figures =
      judged({.drifts = {{.at_ns = 95}}, .alarms = {130}, .last_ns = 200, .every_ns = 10});
  CHECK(figures.delay_ns == 35.0);
  CHECK(figures.delay_examples == 3.0);  // 100, 110 and 120
}

TEST_CASE("an alarm belongs to what had begun when its example came, however long that takes") {
  DriftScore score({{.at_ns = 100}, {.at_ns = 200}}, {});
  score.note_example(99);
  score.note_alarm(105);
  CHECK(counts(score.figures()) == "0 0 0 0 1");
  score.note_example(199);
  score.note_alarm(210);
  CHECK(counts(score.figures()) == "1 1 0 0 1");
  CHECK(score.figures().delay_ns == 110.0);
  CHECK(score.figures().delay_examples == 0.0);
}

TEST_CASE("a drift after which no example comes does not count") {
  DriftScore score({{.at_ns = 100}}, {});
  CHECK(score.judges());
  score.note_example(99);
  CHECK(counts(score.figures()) == "0 0 0 0 0");
  score.note_example(100);
  CHECK(counts(score.figures()) == "1 0 1 0 0");
  CHECK(score.judges());
  CHECK_FALSE(DriftScore({}, {}).judges());
}

TEST_CASE("each change of a drift that recurs is one to be detected") {
  const std::vector<PlantedDrift> drifts = {{.at_ns = 100, .period_ns = 50}};
  const DriftScore::Figures figures =
      judged({.drifts = drifts, .alarms = {110, 160, 170, 260}, .last_ns = 299});
  CHECK(counts(figures) == "4 3 1 1 0");
  CHECK(figures.delay_ns == (10 + 10 + 10) / 3.0);
}

TEST_CASE("drifts that begin at one time are one, and are told in any order") {
  const std::vector<PlantedDrift> drifts = {{.at_ns = 300}, {.at_ns = 120, .width_ns = 40}, {.at_ns = 100}};
  CHECK(counts(judged({.drifts = drifts, .max_delay_ns = 10, .alarms = {145}, .last_ns = 400})) ==
        "2 1 1 0 0");
}

TEST_CASE("changes that nobody could count one by one are counted") {
  DriftScore one({{.at_ns = 5, .period_ns = 1}}, {});
  one.note_example(INT64_MAX);
  CHECK(one.figures().drifts == static_cast<std::uint64_t>(INT64_MAX) - 4);
  DriftScore two({{.at_ns = 5, .period_ns = 1}, {.at_ns = 1'000'000'000, .period_ns = 1'000'000'000}}, {});
  two.note_example(0);
  two.note_example(3'500'000'000);
  CHECK(two.figures().drifts == 3'500'000'000 - 4);
  DriftScore last({{.at_ns = INT64_MAX - 1, .width_ns = INT64_MAX}}, INT64_MAX);
  last.note_example(INT64_MAX);
  last.note_alarm(INT64_MAX);
  CHECK(counts(last.figures()) == "1 1 0 0 0");
}

// calc_performance(trues, preds, tot_n_instances) of EvaluateDriftDetector(max_delay).
TEST_CASE("alarms are judged as CapyMOA judges them") {
  struct Known {
    Case given;
    std::uint64_t true_positives, false_positives, false_negatives;
    std::optional<double> mean_time;
  };
  const std::vector<Known> known = {
      {{{{1000}, {2000}}, 200, {500, 1200, 1250, 2100}, 2200}, 2, 2, 0, 150.0},
      {{{{1000}, {2000}}, 200, {1000, 1201, 1999, 2200}, 2200}, 2, 2, 0, 100.0},
      {{{{1200, 400}, {3000}}, 100, {999, 1000, 1500, 1501, 2999, 3000, 3100}, 3100}, 4, 3, 0, 0.0},
      {{{{100}, {300}}, 50, {}, 400}, 0, 0, 2, {}},
      {{{{100}, {300}}, 50, {99, 151, 299}, 400}, 0, 3, 2, {}},
      {{{{1000}, {2000}, {3000}, {4000}},
        100,
        {200, 1010, 1020, 1030, 1500, 2101, 3000, 3001, 4099, 4100},
        4100},
       7,
       3,
       1,
       36.333333333333336}};
  for (const Known& one : known) {
    CAPTURE(one.given.alarms);
    const DriftScore::Figures figures = judged(one.given);
    CHECK(figures.detected + figures.repeated_alarms == one.true_positives);
    CHECK(figures.false_alarms == one.false_positives);
    CHECK(figures.missed() == one.false_negatives);
    CHECK(figures.delay_ns == one.mean_time);
    CHECK(figures.delay_examples == one.mean_time);
  }
}
