#include "kinds/training_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace dse {
namespace {

constexpr const char* kOrder = "order";  // the random stream's purpose
constexpr std::int64_t kLimitMax = 1'000'000'000;

std::string key_of(int label) { return fmt::format("{}", label); }

// The images that are sent, in order.
std::vector<std::uint32_t> indices_sent(const GeneratorOptions& options, const Extent& extent,
                                        RandomStream& random) {
  std::vector<std::uint32_t> indices(extent.count());
  if (options.shuffled) {
    indices = random.permutation(extent.count());
  } else {
    std::iota(indices.begin(), indices.end(), 0U);
  }
  if (options.limit) indices.resize(std::min(extent.count(), *options.limit));
  for (std::uint32_t& index : indices) index += extent.first;
  return indices;
}

class GeneratorApp : public App {
 public:
  GeneratorApp(const GeneratorOptions& options, const MakeContext& context)
      : to_(options.to),
        rate_(options.rate),
        dataset_(context.own_data()),
        indices_(indices_sent(options, extent_of(options.slice, *dataset_), context.random(kOrder))) {}

  Program program() override {
    return {create_resource(to_), call([this](Machine& machine) { step(machine); })};
  }
  std::vector<Metric> metrics() const override {
    return {{"sent", static_cast<double>(sent_before_ + sent_)}};
  }
  void add_counts(const App& crashed) override {
    const auto& earlier = dynamic_cast<const GeneratorApp&>(crashed);
    sent_before_ = earlier.sent_before_ + earlier.sent_;
  }

 private:
  void step(Machine& machine);
  MessagePtr labelled_image(Machine& machine, std::uint32_t index) const;

  std::string to_;
  Rate rate_;
  std::shared_ptr<const Dataset> dataset_;
  std::vector<std::uint32_t> indices_;
  std::size_t sent_ = 0;
  std::size_t sent_before_ = 0;  // by programs that crashed
};

void GeneratorApp::step(Machine& machine) {
  if (sent_ == indices_.size()) return machine.eval(exit(0));
  const std::uint32_t index = indices_[sent_];
  const auto number = static_cast<std::int64_t>(sent_++);
  machine.eval(write_resource(to_, labelled_image(machine, index)),
               after(rate_.offset_ns(number + 1) - rate_.offset_ns(number)),
               call([this](Machine& again) { step(again); }));
}

MessagePtr GeneratorApp::labelled_image(Machine& machine, std::uint32_t index) const {
  const int label = dataset_->label(index);
  return machine.compose({.payload = Payload(dataset_, dataset_->image(index)),
                          .key = key_of(label),
                          .headers = {{"label", std::int64_t{label}}},
                          .content_type = "application/octet-stream"});
}

class TrainingGenerator : public Component {
 public:
  explicit TrainingGenerator(GeneratorOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = {}, .writes = {options_.to}}; }
  std::vector<MetricInfo> metrics() const override {
    return {{.name = "sent", .unit = "messages", .written = true}};
  }
  Emits emits() const override { return {.labels = true}; }
  std::vector<ReadFile> read_files() const override {
    return {{"images", options_.images.path, options_.images.place},
            {"labels", options_.labels.path, options_.labels.place}};
  }
  std::shared_ptr<const Dataset> dataset(DatasetCache& cache) const override {
    return cache.get({options_.images.path, options_.labels.path});
  }
  std::vector<Sample> samples(const Dataset& dataset, const SampleOptions& of) const override;
  std::optional<int> label_classes(const MakeContext& context) const override {
    return context.own_data()->classes();
  }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<GeneratorApp>(options_, context);
  }

 private:
  GeneratorOptions options_;
};

// Returns one sample for each label that is sent. Which images are sent matters only when there is a limit.
std::vector<Sample> TrainingGenerator::samples(const Dataset& dataset, const SampleOptions& of) const {
  const Extent extent = extent_of(options_.slice, dataset);
  GeneratorOptions options = options_;
  options.shuffled = options_.shuffled && options_.limit && *options_.limit < extent.count();
  RandomStream random(of.seed, of.name, kOrder);
  std::vector<Sample> samples;
  std::set<int> labels;
  for (const std::uint32_t index : indices_sent(options, extent, random)) {
    const int label = dataset.label(index);
    if (labels.insert(label).second)
      samples.push_back({.index = index, .key = key_of(label), .label = label});
  }
  return samples;
}

std::shared_ptr<const Component> read_generator(const KeyReader& keys) {
  GeneratorOptions options;
  options.images = {keys.text("images"), keys.place("images")};
  options.labels = {keys.text("labels"), keys.place("labels")};
  options.to = keys.text("to");
  options.rate = keys.rate("rate");
  options.shuffled = keys.text("order") == "shuffled";
  if (const auto limit = keys.integer_if_any("limit")) options.limit = static_cast<std::uint32_t>(*limit);
  options.slice = read_slice(keys);
  return make_training_generator(std::move(options));
}

}  // namespace

std::shared_ptr<const Component> make_training_generator(GeneratorOptions options) {
  return std::make_shared<const TrainingGenerator>(std::move(options));
}

Kind training_generator_kind() {
  return {
      .name = "training-generator",
      .meaning =
          "Sends labelled images, each once, in a message of its own. The label is the header `label` "
          "and the routing key.",
      .keys = {{.name = "images",
                .type = KeyType::kFile,
                .required = true,
                .meaning = "IDX file of images, gzipped or plain"},
               {.name = "labels",
                .type = KeyType::kFile,
                .required = true,
                .meaning = "IDX file of their labels, gzipped or plain"},
               {.name = "to", .type = KeyType::kResource, .required = true, .meaning = "resource to write"},
               {.name = "rate", .type = KeyType::kRate, .required = true, .meaning = "images per second"},
               {.name = "order",
                .type = KeyType::kChoice,
                .fallback = std::string("shuffled"),
                .choices = {"shuffled", "file"},
                .meaning = "the order in which they are sent"},
               {.name = "limit",
                .type = KeyType::kInteger,
                .range = {0, kLimitMax},
                .bound = KeyBound::kCount,
                .meaning = "the most images that are sent"},
               slice_key()},
      .read = read_generator};
}

}  // namespace dse
