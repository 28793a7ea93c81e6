// Tests of models that start from what others have learned, on the committed sample of the digits.
#include <map>

#include "kinds/model.h"
#include "kinds/production_source.h"
#include "kinds/training_generator.h"
#include "learn/built_in_learners.h"
#include "learn/saved_learner.h"
#include "support/catch.h"
#include "support/open_world.h"
#include "unit/dataset/idx_files.h"

using namespace dse;

namespace {

const std::string kSample = std::string(DSE_SOURCE_DIR) + "/data/sample/";

std::shared_ptr<const Component> trainer(std::int64_t first, std::int64_t last) {
  GeneratorOptions config;
  config.data.images = {kSample + "train-images-idx3-ubyte.gz"};
  config.data.labels = {kSample + "train-labels-idx1-ubyte.gz"};
  config.to = "digits";
  config.rate = {20'000, kNanosecondsPerSecond};
  config.shuffled = false;
  config.data.slice = Slice{first, last, {}};
  return make_training_generator(config);
}

std::shared_ptr<const Component> camera() {
  SourceOptions config;
  config.data.images = {kSample + "t10k-images-idx3-ubyte.gz"};
  config.data.labels = NamedFile{kSample + "t10k-labels-idx1-ubyte.gz"};
  config.to = "digits";
  config.rate = {5'000, kNanosecondsPerSecond};
  return make_production_source(config);
}

ModelOptions model(const std::string& learner) {
  ModelOptions config;
  config.learner = *built_in_learners().find(learner);
  config.from = "digits";
  config.to = "predictions";
  return config;
}

ModelOptions model_from(const std::string& learner, const std::string& path) {
  ModelOptions config = model(learner);
  config.initial = NamedFile{path, {.file = "s.toml", .line = 3, .column = 11, .key = "component.m.initial"}};
  return config;
}

// The state of a model called m that has learned from whole batches.
std::string learned(const std::shared_ptr<const Component>& generator, const ModelOptions& config,
                    unsigned threads = 1) {
  SimulationOptions options = kHopsOf10;
  options.threads = threads;
  Simulation simulation(options);
  simulation.add("trainer", generator).add("m", make_model(config));
  simulation.drain();
  return simulation.learned_state("m").value();
}

// The states, by file, that models named after their learners have learned by the end of the run.
std::map<std::string, std::string> saved(const std::shared_ptr<const Component>& generator,
                                         const std::vector<std::string>& learners, unsigned threads) {
  OpenWorld open;
  open.options.threads = threads;
  open.add("trainer", generator);
  for (const std::string& learner : learners) open.add(learner, make_model(model(learner)));
  World world(open.scenario, open.options, no_files());
  world.run(open.interrupted, [](TimeNs, std::uint64_t) {});
  std::map<std::string, std::string> files;
  world.save_models([&](const std::string& name, std::string_view bytes) { files.emplace(name, bytes); });
  return files;
}

// A model called m that predicts, and receives nothing to learn from.
Simulation asked(const ModelOptions& config) {
  Simulation simulation(kHopsOf10);
  simulation.add("camera", camera()).add("m", make_model(config));
  return simulation;
}

std::string refusal(const ModelOptions& config) {
  return input_error([&] { asked(config).run(); });
}

}  // namespace

TEST_CASE(
    "every model is saved under its name, the last, incomplete batch included, on any number of threads") {
  const auto once = saved(trainer(0, 203), {"softmax", "quadratic", "mlp"}, 1);
  REQUIRE(once.size() == 3);
  CHECK(once.at("softmax.learner") != once.at("quadratic.learner"));
  for (const unsigned threads : {2U, 4U})
    CHECK(saved(trainer(0, 203), {"softmax", "quadratic", "mlp"}, threads) == once);
  CHECK(saved(trainer(0, 202), {"mlp"}, 1).at("mlp.learner") != once.at("mlp.learner"));
}

TEST_CASE("a model that starts from a saved one learns as if there had been no break") {
  const TemporaryFolder folder;
  for (const std::string learner : {"softmax", "quadratic"}) {
    INFO(learner);
    const std::string path = write_file(folder.file("m"), learned(trainer(0, 320), model(learner)));
    CHECK(learned(trainer(320, 800), model_from(learner, path), 2) ==
          learned(trainer(0, 800), model(learner)));
  }
}

TEST_CASE(
    "a model that starts from a saved one predicts without any training, and draws what it always drew") {
  const TemporaryFolder folder;
  const std::string bytes = learned(trainer(0, 1'600), model("quadratic"));
  const std::string path = write_file(folder.file("m"), bytes);
  const RunResult untrained = asked(model("quadratic")).run();
  CHECK(untrained.metrics.at("m.accuracy") < 0.2);
  const RunResult initial = asked(model_from("quadratic", path)).run();
  CHECK(initial.metrics.at("m.accuracy") > 0.85);
  CHECK(initial.metrics.at("m.trained") == 0);
  CHECK_FALSE(initial.metrics.contains("m.prequential_accuracy"));
  CHECK(initial.fingerprints.draws == untrained.fingerprints.draws);
  CHECK(initial.fingerprints.models != untrained.fingerprints.models);
  Simulation again = asked(model_from("quadratic", path));
  again.drain();
  CHECK(again.learned_state("m") == bytes);
}

TEST_CASE("a state may be gzipped, as data may be") {
  const TemporaryFolder folder;
  const std::string bytes = learned(trainer(0, 16), model("softmax"));
  Simulation simulation = asked(model_from("softmax", write_file(folder.file("m.gz"), gzip(bytes))));
  simulation.drain();
  CHECK(simulation.learned_state("m") == bytes);
}

TEST_CASE("a state that does not fit is refused at the place of the key, with the name of its file") {
  const TemporaryFolder folder;
  const std::string path = write_file(folder.file("m"), learned(trainer(0, 16), model("softmax")));
  CHECK(refusal(model_from("softmax", path)) == "");
  const std::string where = "s.toml:3:11: component.m.initial: ";
  CHECK_THAT(
      refusal(model_from("mlp", path)),
      Catch::StartsWith(where + path + ": is the state of the learner softmax, but the model's is mlp"));
  CHECK_THAT(refusal(model_from("softmax", folder.file("none"))),
             Catch::StartsWith(where + folder.file("none") + ": there is no such file; name a file that "));
  CHECK_THAT(refusal(model_from("softmax", folder.path().string())),
             Catch::StartsWith(where + folder.path().string() + ": is a folder"));
}
