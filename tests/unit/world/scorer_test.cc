#include "sim/world/scorer.h"

#include <cmath>

#include "support/catch.h"

using namespace dse;

namespace {

Scenario scenario(const std::vector<std::string>& replicas = {}) {
  Scenario scenario;
  scenario.curve_every_ns = 100;
  scenario.accuracy_window = 2;
  scenario.accuracy_fading = 0.5;
  for (const std::string& name : replicas)
    scenario.components.push_back({.name = name, .replica_of = "lenet"});
  return scenario;
}

void answer(Scorer& scorer, TimeNs time_ns, const std::string& component, const std::string& id,
            std::int64_t label, const std::vector<double>& probabilities = {}) {
  scorer.score(time_ns,
               {.component = component, .message_id = id, .label = label, .probabilities = probabilities});
}

std::map<std::string, double> metrics(const Scorer& scorer) {
  std::map<std::string, double> metrics;
  add_metrics(scorer, metrics);
  return metrics;
}

// Tells the scorer of predictions that reach the bus.
struct Bus : RunNames {
  std::string_view component(ComponentIndex) const override { return "lenet"; }
  std::string_view resource(ResourceIndex) const override { return "predictions"; }

  void receive(Scorer& scorer, const MessagePtr& message) const {
    RunEvent event{.names = *this};
    event.message = &message;
    event.answer = true;
    scorer.on_event(event);
  }
};

MessagePtr prediction(const std::string& id, const std::string& answers, std::int64_t label) {
  return make_message({.headers = {{"label", label}}, .id = id, .correlation_id = answers});
}

}  // namespace

TEST_CASE("answers are scored against the truth, for each component by itself") {
  const Scenario one = scenario();
  Scorer scorer(one);
  scorer.add_truth("camera-0", 7);
  scorer.add_truth("camera-1", 3);
  answer(scorer, 10, "lenet", "camera-0", 7);
  answer(scorer, 10, "mlp", "camera-0", 1);
  answer(scorer, 150, "lenet", "camera-1", 8);
  CHECK(metrics(scorer).at("lenet.accuracy") == 0.5);
  CHECK(metrics(scorer).at("mlp.accuracy") == 0.0);
  std::vector<CurveRow> curves;
  add_curves(scorer, curves);
  std::vector<std::pair<TimeNs, double>> of_lenet;
  for (const CurveRow& row : curves) {
    if (row.component == "lenet" && row.metric == "accuracy") of_lenet.emplace_back(row.time_ns, row.value);
  }
  CHECK(of_lenet == std::vector<std::pair<TimeNs, double>>{{100, 1.0}, {200, 0.0}});
  std::vector<ConfusionRow> rows;
  add_confusion(scorer, rows);
  CHECK(rows.size() == 9);  // the same in each view; the faded ones weigh less
  std::erase_if(rows, [](const ConfusionRow& row) { return row.cell.view != FigureView::kOverall; });
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].component == "lenet");
  CHECK(rows[0].of == ConfusionRow::Of::kArrival);
  CHECK(rows[0].cell == ConfusionCell{3, 8, 1});
  CHECK(rows[1].cell == ConfusionCell{7, 7, 1});
  CHECK(rows[2].component == "mlp");
  CHECK(rows[2].cell == ConfusionCell{7, 1, 1});
}

TEST_CASE("an answer about a message whose truth nobody knows is not scored") {
  const Scenario one = scenario();
  Scorer scorer(one);
  answer(scorer, 10, "lenet", "camera-0", 7);
  answer(scorer, 10, "lenet", "", 7);
  CHECK(scorer.figures().empty());
}

// Truths 0 0 1 1 0 1, predictions 0 0 1 0 0 0: by hand, 4 of 6 are right.
TEST_CASE("the figures of answers are those that one computes by hand") {
  const Scenario one = scenario();
  Scorer scorer(one);
  const std::vector<int> truths = {0, 0, 1, 1, 0, 1};
  const std::vector<int> labels = {0, 0, 1, 0, 0, 0};
  const std::vector<std::vector<double>> probabilities = {{0.75, 0.25}, {0.5, 0.5}, {0.25, 0.75},
                                                          {0.75, 0.25}, {1, 0},     {0.5, 0.5}};
  for (std::size_t at = 0; at < truths.size(); ++at) {
    const std::string id = fmt::format("camera-{}", at);
    scorer.add_truth(id, truths[at]);
    answer(scorer, 0, "lenet", id, labels[at], probabilities[at]);
  }
  const std::map<std::string, double> found = metrics(scorer);
  const auto near = [](double value) { return Catch::Matchers::WithinAbs(value, 1e-12); };
  CHECK_THAT(found.at("lenet.accuracy"), near(4.0 / 6));
  // By chance: (3 x 5 + 3 x 1) / 36 = 1/2.
  CHECK_THAT(found.at("lenet.cohen_kappa"), near((4.0 / 6 - 0.5) / 0.5));
  // The label before is right of the second and the fourth: 2 of 6.
  CHECK_THAT(found.at("lenet.kappa_temporal"), near((4.0 / 6 - 2.0 / 6) / (4.0 / 6)));
  // Class 0: 3 hits, 2 false alarms; class 1: 1 hit, 2 misses.
  CHECK_THAT(found.at("lenet.f1_macro"), near((6.0 / 8 + 2.0 / 4) / 2));
  CHECK_THAT(found.at("lenet.log_loss"),
             near(-(2 * std::log(0.75) + 2 * std::log(0.5) + std::log(0.25) + std::log(1)) / 6));
  CHECK_THAT(found.at("lenet.brier_score"), near((2 * 0.125 + 2 * 0.5 + 1.125 + 0) / 6));
  // Bins of 1/15: 0.5 has gaps of 0.5 and -0.5; 0.75 has 0.25, 0.25 and -0.75; 1 has 0.
  CHECK_THAT(found.at("lenet.expected_calibration_error"), near((0 + 0.25 + 0) / 6));
  // The last two: 0 as 0, 1 as 0.
  CHECK(found.at("lenet.accuracy_window") == 0.5);
  CHECK(found.at("lenet.cohen_kappa_window") == 0);
  CHECK_THAT(found.at("lenet.log_loss_window"), near(-std::log(0.5) / 2));
  // Weights 1/32 … 1: right are the first three and the fifth.
  CHECK_THAT(found.at("lenet.accuracy_faded"), near((1 + 2 + 4 + 16) / 63.0));
  CHECK(found.at("lenet.with_probabilities") == 6);
}

TEST_CASE("the answers of replicas are scored together in the order in which they arrive") {
  const Scenario three = scenario({"lenet-1", "lenet-2"});
  Scorer scorer(three);
  for (const auto& [id, truth] : {std::pair("a", 1), std::pair("b", 2), std::pair("c", 2)})
    scorer.add_truth(id, truth);
  answer(scorer, 1, "lenet-1", "a", 1);
  answer(scorer, 2, "lenet-2", "b", 1);
  answer(scorer, 3, "lenet-1", "c", 2);
  answer(scorer, 3, "mlp", "c", 1);
  const std::map<std::string, double> found = metrics(scorer);
  CHECK(found.at("lenet.accuracy") == 2.0 / 3);
  CHECK(found.at("lenet.accuracy_window") == 0.5);
  CHECK(found.at("lenet-1.accuracy") == 1);
  CHECK(found.at("lenet-2.accuracy") == 0);
  // The label before that of c is b's, which another replica answered: right are 2, the one before is 1.
  CHECK(found.at("lenet.kappa_temporal") == 1 - 1.0 / 2);
  CHECK_FALSE(found.contains("lenet.log_loss"));
  std::vector<CurveRow> curves;
  add_curves(scorer, curves);
  CHECK(std::none_of(curves.begin(), curves.end(),
                     [](const CurveRow& row) { return row.component == "lenet"; }));
  std::vector<ConfusionRow> rows;
  add_confusion(scorer, rows);
  CHECK(std::none_of(rows.begin(), rows.end(),
                     [](const ConfusionRow& row) { return row.component == "lenet"; }));
}

TEST_CASE("the probabilities of an answer are scored with it, once") {
  const Scenario one = scenario();
  const Bus bus;
  Scorer scorer(one);
  scorer.add_truth("camera-0", 1);
  const MessagePtr known = prediction("lenet-0", "camera-0", 1);
  const MessagePtr unknown = prediction("lenet-1", "camera-9", 1);
  const std::vector<double> probabilities = {0.5, 0.5};
  scorer.add_probabilities(*known, probabilities);
  scorer.add_probabilities(*unknown, probabilities);
  bus.receive(scorer, unknown);
  CHECK(scorer.figures().empty());
  bus.receive(scorer, known);
  CHECK(scorer.figures().at("lenet").overall().brier_score == 0.5);
  bus.receive(scorer, known);  // a fault has doubled it
  CHECK(scorer.figures().at("lenet").overall().with_probabilities == 1);
  CHECK(scorer.figures().at("lenet").overall().examples == 2);
}

TEST_CASE("an answer with a label that no class can have is wrong") {
  const Scenario one = scenario();
  Scorer scorer(one);
  scorer.add_truth("camera-0", 1);
  answer(scorer, 0, "lenet", "camera-0", (std::int64_t{1} << 32) + 1);
  answer(scorer, 0, "lenet", "camera-0", -5);
  answer(scorer, 0, "lenet", "camera-0", 1);
  CHECK(metrics(scorer).at("lenet.accuracy") == 1.0 / 3);
}
