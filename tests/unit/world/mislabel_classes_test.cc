// How many classes a mislabelling fault assumes when the scenario does not say.
#include "kinds/gateway_import.h"
#include "kinds/model.h"
#include "kinds/production_source.h"
#include "kinds/training_generator.h"
#include "learn/built_in_learners.h"
#include "support/catch.h"
#include "support/open_world.h"
#include "unit/dataset/idx_files.h"

using namespace dse;

namespace {

// Images of 4 x 4 with these labels, in order.
struct Data {
  TemporaryFolder folder;
  std::string images;
  std::string labels;

  explicit Data(const std::string& all_labels) {
    const auto count = static_cast<std::uint32_t>(all_labels.size());
    images = write_file(folder.file("images"), image_file(count, 4, 4));
    labels = write_file(folder.file("labels"), idx_header(0x08, {count}) + all_labels);
  }
  std::shared_ptr<const Component> generator(const std::string& to) const {
    GeneratorOptions config;
    config.data.images = {images};
    config.data.labels = {labels};
    config.to = to;
    config.rate = Rate{1000, kNanosecondsPerSecond};
    config.shuffled = false;
    return make_training_generator(config);
  }
};

// The labels of the messages written to `resource`.
std::vector<std::int64_t> labels_in(Simulation& simulation, const std::string& resource) {
  std::vector<std::int64_t> labels;
  simulation.drain();
  for (const MessagePtr& message : simulation.read(resource))
    labels.push_back(*message->headers().find_integer("label"));
  return labels;
}

ModelOptions softmax(const std::string& from, std::optional<int> classes) {
  ModelOptions options;
  options.learner = *built_in_learners().find("softmax");
  options.from = from;
  options.to = "p";
  options.classes = classes;
  return options;
}

}  // namespace

TEST_CASE("mislabel: a generator's labels are of its own data") {
  const Data data(std::string("\x10\x1a\x00\x0a", 4));  // 27 classes
  Simulation simulation;
  simulation.add("g", data.generator("d")).inject({.kind = FaultKind::kMislabel, .component = "g"});
  CHECK(labels_in(simulation, "d") == std::vector<std::int64_t>{17, 0, 1, 11});
}

TEST_CASE("mislabel: with probability 0 it is as if it were not there") {
  const Data data(std::string("\x02\x09\x04", 3));
  const auto make = [&data](Simulation& simulation, std::int64_t of_three) -> Simulation& {
    simulation.add("g", data.generator("d"));
    if (of_three >= 0) {
      simulation.inject(
          {.kind = FaultKind::kMislabel, .component = "g", .probability = Probability{of_three, 3}});
    }
    return simulation;
  };
  Simulation none, never, seen, always;
  CHECK(make(never, 0).run().fingerprints == make(none, -1).run().fingerprints);
  CHECK(labels_in(make(seen, 0), "d") == std::vector<std::int64_t>{2, 9, 4});
  CHECK(labels_in(make(always, 3), "d") == std::vector<std::int64_t>{3, 0, 5});
}

TEST_CASE("mislabel: what the scenario says goes before the data, and data of one class tells nothing") {
  const Data data(std::string("\x02\x09", 2));
  Simulation simulation;
  simulation.add("g", data.generator("d"));
  simulation.inject({.kind = FaultKind::kMislabel, .component = "g", .classes = 20});
  CHECK(labels_in(simulation, "d") == std::vector<std::int64_t>{3, 10});

  const Data zeros(std::string(3, '\0'));
  Simulation other;
  other.add("g", zeros.generator("d")).inject({.kind = FaultKind::kMislabel, .component = "g"});
  CHECK(labels_in(other, "d") == std::vector<std::int64_t>{1, 1, 1});
}

TEST_CASE("mislabel: a model's answers are of its classes") {
  const Data data(std::string("\x00\x01\x02", 3));
  for (const std::optional<int> classes : {std::optional<int>(), std::optional<int>(5)}) {
    const auto answers = [&](bool wrong) {
      SourceOptions source;
      source.data.images = {data.images};
      source.to = "d";
      source.rate = Rate{10, kNanosecondsPerSecond};
      Simulation simulation;
      simulation.add("g", data.generator("d")).add("s", make_production_source(source));
      simulation.add("m", make_model(softmax("d", classes)));
      if (wrong) simulation.inject({.kind = FaultKind::kMislabel, .component = "m"});
      return labels_in(simulation, "p");
    };
    const std::vector<std::int64_t> as_learned = answers(false);
    const std::vector<std::int64_t> wrong = answers(true);
    REQUIRE(as_learned.size() == 3);
    REQUIRE(wrong.size() == 3);
    for (std::size_t i = 0; i < wrong.size(); ++i)
      CHECK(wrong[i] == (as_learned[i] + 1) % classes.value_or(3));
  }
}

TEST_CASE("mislabel: of what comes from outside, the models that it reaches tell") {
  const auto first_label = [](std::optional<int> classes) {
    OpenWorld open;
    ImportOptions import;
    import.queue = "in";
    import.to = "d";
    open.add("i", make_gateway_import(import));
    if (classes) {
      ModelOptions model = softmax("m", classes);
      model.shape = ImageShape{4, 4};
      open.add("model", make_model(model));
      open.scenario.bindings = {{.from = "d", .to = "m"}};
    }
    std::vector<std::int64_t> labels;
    open.add("w", {stream_resource("d", 0, [&](Machine& machine, const MessagePtr& message) {
               labels.push_back(*message->headers().find_integer("label"));
               machine.next();
             })});
    open.scenario.faults = {{.kind = FaultKind::kMislabel, .component = "i"}};
    World world(open.scenario, open.options, no_files());
    world.import(
        0, make_message({.payload = Payload::copy_of(std::string(16, 'x')), .headers = {{"label", 9}}}), 5);
    world.advance_to(1000, open.interrupted, [](TimeNs, std::uint64_t) {});
    world.finish(RunStatus::kCompleted);
    REQUIRE(labels.size() == 1);
    return labels.front();
  };
  CHECK(first_label(std::nullopt) == 0);
  CHECK(first_label(27) == 10);
}
