// What a run's fingerprints depend on, and what not; tested on the committed sample of the digits.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dse/simulation.h"
#include "kinds/ensemble.h"
#include "kinds/model.h"
#include "kinds/production_source.h"
#include "kinds/training_generator.h"
#include "kinds/watch.h"
#include "learn/built_in_learners.h"
#include "support/catch.h"

using namespace dse;

namespace {

const std::string kSample = std::string(DSE_SOURCE_DIR) + "/data/sample/";

std::shared_ptr<const Component> trainer() {
  GeneratorOptions config;
  config.data.images = {kSample + "train-images-idx3-ubyte.gz"};
  config.data.labels = {kSample + "train-labels-idx1-ubyte.gz"};
  config.to = "digits";
  config.rate = {20'000, kNanosecondsPerSecond};
  config.limit = 300;
  return make_training_generator(config);
}

std::shared_ptr<const Component> camera(const std::string& to) {
  SourceOptions config;
  config.data.images = {kSample + "t10k-images-idx3-ubyte.gz"};
  config.data.labels = NamedFile{kSample + "t10k-labels-idx1-ubyte.gz"};
  config.to = to;
  config.rate = {5'000, kNanosecondsPerSecond};
  config.arrivals = Arrivals::kPoisson;
  config.data.slice = Slice{0, 60, {}};
  return make_production_source(config);
}

std::shared_ptr<const Component> model(const std::string& learner) {
  ModelOptions config;
  config.learner = *built_in_learners().find(learner);
  config.from = learner;
  config.to = "predictions";
  config.train_service_ns = 2'000;
  config.infer_service_ns = 20'000;
  return make_model(config);
}

using Kept = std::map<std::string, std::vector<std::string>>;

struct Circumstances {
  unsigned threads = 1;
  std::uint64_t seed = 1;
  bool with_listener = false;
  bool with_second_camera = false;
  bool with_camera = true;
  Kept* kept = nullptr;  // lines, by file
};

// Two models that vote on a camera's images.
RunResult pipeline(const Circumstances& circumstances) {
  SimulationOptions options{.seed = circumstances.seed,
                            .latency_ns = 50'000,
                            .threads = circumstances.threads,
                            .curve_every_ns = kNanosecondsPerSecond};
  if (circumstances.kept != nullptr) {
    options.open_lines = [&kept = *circumstances.kept](const std::string& name) -> LineSink {
      return [&lines = kept[name]](std::string_view line) { lines.emplace_back(line); };
    };
  }
  Simulation simulation(options);
  if (circumstances.with_listener) {
    simulation.add("listener", make_watch({.from = "listener"}));
    simulation.bind({.from = "predictions", .to = "listener"}).bind({.from = "digits", .to = "listener"});
  }
  for (const char* from : {"digits", "camera"}) {
    for (const char* to : {"softmax", "mlp"}) simulation.bind({.from = from, .to = to});
  }
  simulation.bind({.from = "predictions", .to = "votes"});
  simulation.add("trainer", trainer());
  if (circumstances.with_camera) simulation.add("camera", camera("camera"));
  simulation.add("softmax", model("softmax")).add("mlp", model("mlp"));
  simulation.add("votes", make_ensemble({.from = "votes"}, {"softmax", "mlp"}));
  if (circumstances.with_second_camera) simulation.add("second-camera", camera("elsewhere"));
  return simulation.run();
}

}  // namespace

TEST_CASE("a run is the same on one thread, two or four, and a second time") {
  Kept lines;
  const RunResult once = pipeline({.kept = &lines});
  CHECK(once.status == RunStatus::kCompleted);
  CHECK(once.metrics.at("softmax.trained") == 300);
  CHECK(once.metrics.at("mlp.predicted") == 60);
  CHECK(once.metrics.at("votes.decided") == 60);
  CHECK(once.metrics.at("softmax.accuracy") > 0.3);
  CHECK_FALSE(lines.empty());
  for (unsigned threads : {1U, 2U, 4U}) {
    CAPTURE(threads);
    Kept lines_again;
    const RunResult again = pipeline({.threads = threads, .kept = &lines_again});
    CHECK(again.fingerprints == once.fingerprints);
    CHECK(again.metrics == once.metrics);
    CHECK(again.events == once.events);
    CHECK(lines_again == lines);
  }
}

TEST_CASE("another seed gives another run") {
  const RunResult one = pipeline({});
  const RunResult other = pipeline({.seed = 2});
  CHECK(one.fingerprints.events != other.fingerprints.events);
  CHECK(one.fingerprints.payload != other.fingerprints.payload);
  CHECK(one.fingerprints.draws != other.fingerprints.draws);
  CHECK(one.fingerprints.predictions != other.fingerprints.predictions);
  CHECK(one.fingerprints.models != other.fingerprints.models);
}

TEST_CASE("who only listens changes no draw, no prediction and no model") {
  const RunResult alone = pipeline({});
  const RunResult heard = pipeline({.with_listener = true});
  CHECK(heard.metrics.at("listener.received") == 300 + 2 * 60);
  CHECK(heard.fingerprints.draws == alone.fingerprints.draws);
  CHECK(heard.fingerprints.predictions == alone.fingerprints.predictions);
  CHECK(heard.fingerprints.models == alone.fingerprints.models);
  CHECK(heard.fingerprints.events != alone.fingerprints.events);
  CHECK(heard.fingerprints.payload != alone.fingerprints.payload);
}

TEST_CASE("one more component that draws leaves everybody else's draws alone") {
  const RunResult before = pipeline({});
  const RunResult after = pipeline({.with_second_camera = true});
  CHECK(after.fingerprints.predictions == before.fingerprints.predictions);
  CHECK(after.fingerprints.models == before.fingerprints.models);
  CHECK(after.fingerprints.draws != before.fingerprints.draws);
}

TEST_CASE("a model's weights depend on what it learned, not on who asks it") {
  const RunResult asked = pipeline({});
  const RunResult unasked = pipeline({.with_camera = false});
  CHECK(unasked.fingerprints.models == asked.fingerprints.models);
  CHECK(unasked.fingerprints.predictions != asked.fingerprints.predictions);
}
