// How many classes a mislabelling fault takes its labels to be of, when the scenario does not say.
#include <map>
#include <set>

#include "small_world.h"
#include "support/catch.h"
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
  GeneratorOptions generator(const std::string& to) const {
    GeneratorOptions config;
    config.images = {images};
    config.labels = {labels};
    config.to = to;
    config.rate = Rate{1000, kNanosecondsPerSecond};
    config.shuffled = false;
    return config;
  }
};

// The labels that a reader of `from` gets.
std::vector<std::int64_t> labels_read(SmallWorld& small, const std::string& from) {
  std::vector<std::int64_t> labels;
  small.add_kind(
      "reader",
      make_component(Program{stream_resource(from, 0,
                                             [&](Machine& machine, const MessagePtr& message) {
                                               labels.push_back(*message->headers().find_integer("label"));
                                               machine.next();
                                             })},
                     {.ports = {.reads = from}}));
  small.run();
  return labels;
}

}  // namespace

TEST_CASE("mislabel: a generator's labels are of its own data") {
  const Data data(std::string("\x10\x1a\x00\x0a", 4));  // 27 classes
  SmallWorld small;
  small.add_kind("g", data.generator("d"));
  small.scenario.faults = {{.kind = FaultKind::kMislabel, .component = "g"}};
  CHECK(labels_read(small, "d") == std::vector<std::int64_t>{17, 0, 1, 11});
}

TEST_CASE("mislabel: what the scenario says goes before the data, and data of one class tells nothing") {
  const Data data(std::string("\x02\x09", 2));
  SmallWorld small;
  small.add_kind("g", data.generator("d"));
  small.scenario.faults = {{.kind = FaultKind::kMislabel, .component = "g", .classes = 20}};
  CHECK(labels_read(small, "d") == std::vector<std::int64_t>{3, 10});

  const Data zeros(std::string(3, '\0'));
  SmallWorld other;
  other.add_kind("g", zeros.generator("d"));
  other.scenario.faults = {{.kind = FaultKind::kMislabel, .component = "g"}};
  CHECK(labels_read(other, "d") == std::vector<std::int64_t>{1, 1, 1});
}

TEST_CASE("mislabel: a model's answers are of its classes") {
  const Data data(std::string("\x00\x01\x02", 3));
  for (const std::optional<int> classes : {std::optional<int>(), std::optional<int>(5)}) {
    SmallWorld small;
    small.add_kind("g", data.generator("d"));
    SourceOptions source;
    source.images = {data.images};
    source.to = "d";
    source.rate = Rate{10, kNanosecondsPerSecond};
    small.add_kind("s", source);
    ModelOptions model;
    model.learner = built_in_learner("softmax");
    model.from = "d";
    model.to = "p";
    model.classes = classes;
    small.add_kind("m", model);
    const std::vector<std::int64_t> as_learned = labels_read(small, "p");
    small.scenario.components.pop_back();
    small.scenario.faults = {{.kind = FaultKind::kMislabel, .component = "m"}};
    const std::vector<std::int64_t> wrong = labels_read(small, "p");
    REQUIRE(as_learned.size() == 3);
    REQUIRE(wrong.size() == 3);
    for (std::size_t i = 0; i < wrong.size(); ++i)
      CHECK(wrong[i] == (as_learned[i] + 1) % classes.value_or(3));
  }
}

TEST_CASE("mislabel: of what comes from outside, the models that it reaches tell") {
  const auto first_label = [](std::optional<int> classes) {
    SmallWorld small;
    ImportOptions import;
    import.queue = "in";
    import.to = "d";
    small.add_kind("i", import);
    if (classes) {
      ModelOptions model;
      model.learner = built_in_learner("softmax");
      model.from = "m";
      model.to = "p";
      model.shape = ImageShape{4, 4};
      model.classes = classes;
      small.add_kind("model", model);
      small.scenario.bindings = {{.from = "d", .to = "m"}};
    }
    std::vector<std::int64_t> labels;
    small.add_kind(
        "w",
        make_component(Program{stream_resource("d", 0,
                                               [&](Machine& machine, const MessagePtr& message) {
                                                 labels.push_back(*message->headers().find_integer("label"));
                                                 machine.next();
                                               })},
                       {.ports = {.reads = "d"}}));
    small.scenario.faults = {{.kind = FaultKind::kMislabel, .component = "i"}};
    World world(small.scenario, small.options, no_files());
    world.import(
        0, make_message({.payload = Payload::copy_of(std::string(16, 'x')), .headers = {{"label", 9}}}), 5);
    world.advance_to(1000, small.interrupted, [](TimeNs, std::uint64_t) {});
    world.finish(RunStatus::kCompleted);
    REQUIRE(labels.size() == 1);
    return labels.front();
  };
  CHECK(first_label(std::nullopt) == 0);
  CHECK(first_label(27) == 10);
}
