// What planted drifts do in a world: what is counted of them, what they leave as it is, and what is refused.
#include "kinds/model.h"
#include "kinds/synthetic_source.h"
#include "kinds/training_generator.h"
#include "learn/built_in_learners.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/programs.h"
#include "unit/dataset/idx_files.h"

using namespace dse;

namespace {

using DriftKind = ConceptDriftKind;

std::shared_ptr<const Component> rows(const std::string& stream, std::uint32_t limit = 100) {
  return make_synthetic_source({.stream = *find_stream(built_in_synthetic_streams(), stream),
                                .values = {},
                                .to = "rows",
                                .rate = {1, 10},
                                .limit = limit});
}

std::shared_ptr<const Component> learner(std::optional<int> classes = {}) {
  ModelOptions options;
  options.learner = *built_in_learners().find("naive-bayes");
  options.from = "rows";
  options.to = "answers";
  options.classes = classes;
  return make_model(options);
}

RunResult run_with(const std::vector<ConceptDrift>& drifts, const std::string& stream = "sea") {
  Simulation simulation(kHopsOf10);
  simulation.add("source", rows(stream)).add("model", learner());
  for (const ConceptDrift& drift : drifts) simulation.plant(drift);
  return simulation.run();
}

ConceptDrift scale(double factor, TimeNs at_ns) {
  return {.kind = DriftKind::kFeatureScale, .components = {"source"}, .at_ns = at_ns, .factor = factor};
}

}  // namespace

TEST_CASE("drifts: what each has done is counted, in the scenario's order") {
  const RunResult result =
      run_with({scale(2, 500),
                {.kind = DriftKind::kClassPrior, .components = {"source"}, .at_ns = 800, .weights = {0, 1}},
                scale(3, 2'000)});
  REQUIRE(result.drifts.size() == 3);
  CHECK(result.drifts[0] == DriftCount{.changed = 50});
  CHECK(result.drifts[1].changed + result.drifts[1].left_out == 20);
  CHECK(result.drifts[1].left_out > 3);
  CHECK(result.drifts[2] == DriftCount());
  CHECK(result.metrics.at("source.sent") == 100 - static_cast<double>(result.drifts[1].left_out));
}

TEST_CASE("drifts: a model refuses rows whose numbers have become infinite, and they are counted") {
  std::vector<ConceptDrift> drifts(8, scale(1e6, 0));
  for (std::size_t i = 0; i < 2; ++i) drifts[i].at_ns = 600;
  const RunResult result = run_with(drifts);  // from 600 ns on, times 1e48
  CHECK(result.drifts.back().infinite == 0);  // it was infinite before
  std::uint64_t infinite = 0;
  for (const DriftCount& count : result.drifts) infinite += count.infinite;
  CHECK(infinite >= 40);
  CHECK(result.metrics.at("model.refused") == 40);
  CHECK(result.metrics.at("model.trained") == 60);
}

TEST_CASE("drifts: one that is off, or begins too late, changes no fingerprint") {
  const Fingerprints without = run_with({}).fingerprints;
  ConceptDrift off = scale(2, 0);
  off.on = false;
  CHECK(run_with({off}).fingerprints == without);
  ConceptDrift late{
      .kind = DriftKind::kClassPrior, .components = {"source"}, .at_ns = 1'000, .weights = {0.5, 0.5}};
  CHECK(run_with({late}).fingerprints == without);
  CHECK(run_with({scale(2, 0)}).fingerprints.payload != without.payload);
  CHECK(run_with({scale(2, 0)}).fingerprints.draws == without.draws);
}

TEST_CASE("drifts: one that is off leaves the draws of the others as they are") {
  ConceptDrift prior{.kind = DriftKind::kClassPrior, .components = {"source"}, .weights = {0.5, 0.5}};
  ConceptDrift off = prior;
  off.on = false;
  ConceptDrift harmless = prior;
  harmless.at_ns = 1'000'000;
  CHECK(run_with({off, prior}).fingerprints == run_with({harmless, prior}).fingerprints);
  CHECK(run_with({off, prior}).fingerprints.payload != run_with({prior}).fingerprints.payload);
  prior.name = "prior";
  CHECK(run_with({off, prior}).fingerprints == run_with({prior}).fingerprints);
}

TEST_CASE("drifts: what does not fit its component's data is refused before the run") {
  const auto refused = [](const ConceptDrift& drift) {
    Simulation simulation(kHopsOf10);
    simulation.add("source", rows("sea"));
    simulation.plant(drift);
    return input_error([&] { simulation.run(); });
  };
  CHECK_THAT(refused({.kind = DriftKind::kFeatureShift, .components = {"source"}, .features = {"f4"}}),
             ContainsSubstring("'source' sends no feature 'f4'"));
  CHECK_THAT(refused({.kind = DriftKind::kRotation, .components = {"source"}}),
             ContainsSubstring("this drift is of images"));
}

TEST_CASE(
    "drifts: plant() refuses what makes no sense by itself, and the first step what the scenario lacks") {
  Simulation simulation(kHopsOf10);
  simulation.add("source", rows("sea")).add("model", learner());
  CHECK_THAT(usage([&] {
               simulation.plant({.kind = DriftKind::kNoise, .components = {"source"}, .deviation = -1});
             }),
             ContainsSubstring("a drift whose deviation -1 is out of range"));
  CHECK_THAT(usage([&] { simulation.plant({}); }), ContainsSubstring("a drift of no component"));
  simulation.plant({.components = {"model"}});
  CHECK_THAT(usage([&] { simulation.run(); }), ContainsSubstring("'model' sends no items of data"));
}

// The generator sends the labels 0 and 1 alone, but its data set knows a 2, which the swap brings.
TEST_CASE("drifts: a label that only a swapped class has must fit the models too") {
  const TemporaryFolder folder;
  const std::string labels("\x00\x01\x02", 3);
  GeneratorOptions generator{.to = "images", .rate = {1, 1'000}, .shuffled = false};
  generator.data.images = {write_file(folder.file("images"), image_file(3, 4, 4))};
  generator.data.labels = {write_file(folder.file("labels"), idx_header(0x08, {3}) + labels)};
  generator.data.slice = Slice{.first = 0, .last = 2};
  ModelOptions model;
  model.learner = *built_in_learners().find("softmax");
  model.from = "images";
  model.to = "answers";
  model.classes = 2;
  model.shape = ImageShape{4, 4};
  const auto error_with = [&](bool swaps) {
    Simulation simulation(kHopsOf10);
    simulation.add("generator", make_training_generator(generator)).add("model", make_model(model));
    if (swaps)
      simulation.plant({.kind = DriftKind::kClassSwap, .components = {"generator"}, .classes = {0, 2}});
    return input_error([&] { simulation.run(); });
  };
  CHECK(error_with(false).empty());
  CHECK_THAT(error_with(true), ContainsSubstring("made for 2 classes, but 'generator' sends it more"));
}
