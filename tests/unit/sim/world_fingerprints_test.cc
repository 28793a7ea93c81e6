// What a run's fingerprints depend on, and what they do not: on the committed sample of the digits.
#include <algorithm>

#include "sim/world/world.h"
#include "support/catch.h"
#include "unit/sim/small_world.h"

using namespace dse;

namespace {

const std::string kSample = std::string(DSE_SOURCE_DIR) + "/data/sample/";

GeneratorOptions trainer() {
  GeneratorOptions config;
  config.images = {kSample + "train-images-idx3-ubyte.gz"};
  config.labels = {kSample + "train-labels-idx1-ubyte.gz"};
  config.to = "digits";
  config.rate = {20'000, kNanosecondsPerSecond};
  config.limit = 300;
  return config;
}

SourceOptions camera() {
  SourceOptions config;
  config.images = {kSample + "t10k-images-idx3-ubyte.gz"};
  config.truth = NamedFile{kSample + "t10k-labels-idx1-ubyte.gz"};
  config.to = "camera";
  config.rate = {5'000, kNanosecondsPerSecond};
  config.arrivals = Arrivals::kPoisson;
  config.slice = Slice{0, 60, {}};
  return config;
}

ModelOptions model(const std::string& learner) {
  ModelOptions config;
  config.learner = built_in_learner(learner);
  config.from = learner;
  config.to = "predictions";
  config.train_service_ns = 2'000;
  config.infer_service_ns = 20'000;
  return config;
}

void add_pipeline(SmallWorld& world) {
  world.scenario.latency_ns = 50'000;
  for (const char* from : {"digits", "camera"}) {
    for (const char* to : {"softmax", "mlp"}) world.scenario.bindings.push_back({.from = from, .to = to});
  }
  world.scenario.bindings.push_back({.from = "predictions", .to = "votes"});
  world.add_kind("trainer", trainer());
  world.add_kind("camera", camera());
  world.add_kind("softmax", model("softmax"));
  world.add_kind("mlp", model("mlp"));
  world.add_kind("votes", make_ensemble({.from = "votes"}, {"softmax", "mlp"}));
}

bool same_metrics(const RunResult& a, const RunResult& b) {
  return a.metrics == b.metrics && a.events == b.events;
}

}  // namespace

TEST_CASE("a run is the same on one thread, two or four, and a second time") {
  SmallWorld world;
  add_pipeline(world);
  const RunResult once = world.run(1);
  const auto lines = world.kept;
  CHECK(once.status == RunStatus::kCompleted);
  CHECK(once.metrics.at("softmax.trained") == 300);
  CHECK(once.metrics.at("mlp.predicted") == 60);
  CHECK(once.metrics.at("votes.decided") == 60);
  CHECK(once.metrics.at("softmax.accuracy") > 0.3);
  for (unsigned threads : {1U, 2U, 4U}) {
    CAPTURE(threads);
    const RunResult again = world.run(threads);
    CHECK(again.fingerprints == once.fingerprints);
    CHECK(same_metrics(again, once));
    CHECK(world.kept == lines);
  }
}

TEST_CASE("another seed gives another run") {
  SmallWorld world;
  add_pipeline(world);
  const RunResult one = world.run();
  world.options.seed = 2;
  const RunResult other = world.run();
  CHECK(one.fingerprints.events != other.fingerprints.events);
  CHECK(one.fingerprints.payload != other.fingerprints.payload);
  CHECK(one.fingerprints.draws != other.fingerprints.draws);
  CHECK(one.fingerprints.predictions != other.fingerprints.predictions);
  CHECK(one.fingerprints.models != other.fingerprints.models);
}

TEST_CASE("who only listens changes no draw, no prediction and no model") {
  SmallWorld world;
  add_pipeline(world);
  const RunResult alone = world.run();
  world.scenario.bindings.push_back({.from = "predictions", .to = "listener"});
  world.scenario.bindings.push_back({.from = "digits", .to = "listener"});
  world.scenario.components.insert(world.scenario.components.begin(),
                                   {.name = "listener", .component = make_watch({.from = "listener"})});
  const RunResult heard = world.run();
  CHECK(heard.metrics.at("listener.received") == 300 + 2 * 60);
  CHECK(heard.fingerprints.draws == alone.fingerprints.draws);
  CHECK(heard.fingerprints.predictions == alone.fingerprints.predictions);
  CHECK(heard.fingerprints.models == alone.fingerprints.models);
  CHECK(heard.fingerprints.events != alone.fingerprints.events);
  CHECK(heard.fingerprints.payload != alone.fingerprints.payload);
}

TEST_CASE("one more component that draws leaves everybody else's draws alone") {
  SmallWorld world;
  add_pipeline(world);
  const RunResult before = world.run();
  SourceOptions second = camera();
  second.to = "elsewhere";
  world.add_kind("second-camera", second);
  const RunResult after = world.run();
  CHECK(after.fingerprints.predictions == before.fingerprints.predictions);
  CHECK(after.fingerprints.models == before.fingerprints.models);
  CHECK(after.fingerprints.draws != before.fingerprints.draws);
}

TEST_CASE("a model's weights depend on what it learned, not on who asks it") {
  SmallWorld world;
  add_pipeline(world);
  const RunResult asked = world.run();
  std::erase_if(world.scenario.components, [](const ComponentConfig& one) { return one.name == "camera"; });
  const RunResult unasked = world.run();
  CHECK(unasked.fingerprints.models == asked.fingerprints.models);
  CHECK(unasked.fingerprints.predictions != asked.fingerprints.predictions);
}
