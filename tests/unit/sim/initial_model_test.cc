// Models that start from what others have learned, on the committed sample of the digits.
#include <algorithm>

#include "learn/saved_learner.h"
#include "support/catch.h"
#include "unit/dataset/idx_files.h"
#include "unit/sim/small_world.h"

using namespace dse;

namespace {

const std::string kSample = std::string(DSE_SOURCE_DIR) + "/data/sample/";

GeneratorOptions trainer(std::int64_t first, std::int64_t last) {
  GeneratorOptions config;
  config.images = {kSample + "train-images-idx3-ubyte.gz"};
  config.labels = {kSample + "train-labels-idx1-ubyte.gz"};
  config.to = "digits";
  config.rate = {20'000, kNanosecondsPerSecond};
  config.shuffled = false;
  config.slice = Slice{first, last, {}};
  return config;
}

SourceOptions camera() {
  SourceOptions config;
  config.images = {kSample + "t10k-images-idx3-ubyte.gz"};
  config.truth = NamedFile{kSample + "t10k-labels-idx1-ubyte.gz"};
  config.to = "digits";
  config.rate = {5'000, kNanosecondsPerSecond};
  return config;
}

ModelOptions model(const std::string& learner) {
  ModelOptions config;
  config.learner = built_in_learner(learner);
  config.from = "digits";
  config.to = "predictions";
  return config;
}

ModelOptions model_from(const std::string& learner, const std::string& path) {
  ModelOptions config = model(learner);
  config.initial = NamedFile{path, {.file = "s.toml", .line = 3, .column = 11, .key = "component.m.initial"}};
  return config;
}

// What a model called m has learned when the run is over.
std::string learned(const GeneratorOptions& generator, const ModelOptions& config, unsigned threads = 1) {
  SmallWorld world;
  world.add_kind("trainer", generator);
  world.add_kind("m", config);
  world.run(threads);
  return world.saved.at("m.learner");
}

std::string refusal(const ModelOptions& config) {
  SmallWorld world;
  world.add_kind("camera", camera());
  world.add_kind("m", config);
  return input_error([&] { world.run(); });
}

}  // namespace

TEST_CASE(
    "every model is saved under its name, the last, incomplete batch included, on any number of threads") {
  SmallWorld world;
  world.add_kind("trainer", trainer(0, 203));
  world.add_kind("a", model("softmax"));
  world.add_kind("b", model("quadratic"));
  world.run(1);
  REQUIRE(world.saved.size() == 2);
  const auto once = world.saved;
  CHECK(once.at("a.learner") != once.at("b.learner"));
  for (const unsigned threads : {1U, 2U, 4U}) {
    world.run(threads);
    CHECK(world.saved == once);
  }
  CHECK(learned(trainer(0, 203), model("mlp")) != learned(trainer(0, 202), model("mlp")));
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
  const std::string path = write_file(folder.file("m"), learned(trainer(0, 1'600), model("quadratic")));
  SmallWorld world;
  world.add_kind("camera", camera());
  world.add_kind("m", model("quadratic"));
  const RunResult untrained = world.run();
  CHECK(untrained.metrics.at("m.accuracy") < 0.2);
  world.scenario.components[1].component = make_model(model_from("quadratic", path));
  const RunResult initial = world.run();
  CHECK(initial.metrics.at("m.accuracy") > 0.85);
  CHECK(initial.metrics.at("m.trained") == 0);
  CHECK_FALSE(initial.metrics.contains("m.prequential_accuracy"));
  CHECK(initial.fingerprints.draws == untrained.fingerprints.draws);
  CHECK(initial.fingerprints.models != untrained.fingerprints.models);
  CHECK(world.saved.at("m.learner") == learned(trainer(0, 1'600), model("quadratic")));
}

TEST_CASE("a state may be gzipped, as data may be") {
  const TemporaryFolder folder;
  const std::string bytes = learned(trainer(0, 16), model("softmax"));
  SmallWorld world;
  world.add_kind("camera", camera());
  world.add_kind("m", model_from("softmax", write_file(folder.file("m.gz"), gzip(bytes))));
  world.run();
  CHECK(world.saved.at("m.learner") == bytes);
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
