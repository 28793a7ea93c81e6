#include "kinds/training_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "concept_drift/item_drift.h"
#include "dse/error.h"
#include "kinds/pace.h"

namespace dse {
namespace {

constexpr const char* kOrder = "order";  // the random stream's purpose
constexpr std::int64_t kLimitMax = 1'000'000'000;

// The indices of the items that are sent, in order.
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

ItemSequence items_sent(const GeneratorOptions& options, const MakeContext& context) {
  std::shared_ptr<const Dataset> dataset = context.own_data();
  Extent extent = extent_of(options.data.slice, *dataset);
  if (options.shuffled) {
    std::vector<std::uint32_t> indices = indices_sent(options, extent, context.random(kOrder));
    return {std::move(dataset), std::move(indices)};
  }
  if (options.limit) extent.last = extent.first + std::min(extent.count(), *options.limit);
  return {std::move(dataset), extent};
}

class GeneratorApp : public App {
 public:
  GeneratorApp(const GeneratorOptions& options, const MakeContext& context)
      : to_(options.to),
        pace_(options.rate, options.data.times),
        items_(items_sent(options, context)),
        drift_(context, items_.dataset()),
        labels_(items_.dataset()) {}

  Program program() override {
    Program program = {create_resource(to_)};
    next_ = items_.next();
    if (next_ && pace_.first_ns(*next_) > 0) program.push_back(after(pace_.first_ns(*next_)));
    program.push_back(call([this](Machine& machine) { step(machine); }));
    return program;
  }
  std::vector<Metric> metrics() const override {
    return {{"sent", static_cast<double>(sent_before_ + sent_)}};
  }
  std::optional<double> share_sent() const override { return items_.share_taken(); }
  void add_counts(const App& crashed) override {
    const auto& earlier = dynamic_cast<const GeneratorApp&>(crashed);
    sent_before_ = earlier.sent_before_ + earlier.sent_;
  }

 private:
  void step(Machine& machine);
  MessagePtr labelled(Machine& machine, const DataItem& item) const;

  std::string to_;
  Pace pace_;
  ItemSequence items_;
  ItemDrift drift_;
  LabelFields labels_;
  std::optional<DataItem> next_;  // the one to be sent
  std::int64_t taken_ = 0;        // items, sent or left out
  std::uint64_t sent_ = 0;
  std::uint64_t sent_before_ = 0;  // by programs that crashed
};

void GeneratorApp::step(Machine& machine) {
  if (!next_) return machine.eval(exit(0));
  DataItem item = *std::exchange(next_, items_.next());
  const TimeNs gap_ns = pace_.gap_ns(taken_++, item, next_);
  if (!drift_.apply(item, machine.now()))
    return machine.eval(after(gap_ns), call([this](Machine& again) { step(again); }));
  ++sent_;
  machine.eval(write_resource(to_, labelled(machine, item)), after(gap_ns),
               call([this](Machine& again) { step(again); }));
}

MessagePtr GeneratorApp::labelled(Machine& machine, const DataItem& item) const {
  MessageFields fields = fields_of(item, items_.dataset());
  labels_.set(fields, item.label.value());
  return machine.compose(std::move(fields));
}

class TrainingGenerator : public Component {
 public:
  explicit TrainingGenerator(GeneratorOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = {}, .writes = {options_.to}}; }
  std::vector<MetricInfo> metrics() const override {
    return {{.name = "sent", .unit = "messages", .written = true}};
  }
  Emits emits() const override { return {.labels = true, .drifts = true}; }
  std::vector<ReadFile> read_files() const override { return options_.data.files(); }
  std::shared_ptr<const Dataset> dataset(DatasetCache& cache) const override {
    return options_.data.open(cache, options_.shuffled);
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

// Returns one sample for each label that is sent. Which items are sent matters only when there is a limit, or
// a slice; of a table that is not in memory, every label counts as sent.
std::vector<Sample> TrainingGenerator::samples(const Dataset& dataset, const SampleOptions& of) const {
  const Extent extent = extent_of(options_.data.slice, dataset);
  if (!dataset.in_memory()) return sample_of_each_label(dataset);
  GeneratorOptions options = options_;
  options.shuffled = options_.shuffled && options_.limit && *options_.limit < extent.count();
  RandomStream random(of.seed, of.name, kOrder);
  std::vector<Sample> samples;
  std::set<int> labels;
  for (const std::uint32_t index : indices_sent(options, extent, random)) {
    const int label = dataset.label(index);
    if (labels.insert(label).second)
      samples.push_back({.index = index, .key = key_of_label(label), .label = label});
  }
  return samples;
}

// The data set needs labels, which only its file tells.
std::shared_ptr<const DataSource> with_labels(const std::shared_ptr<const DataSource>& source,
                                              const InputPlace& place) {
  DataSource checked = *source;
  checked.open = [source, place](const DataSource::Opening& opening) {
    std::shared_ptr<const Dataset> dataset = source->open(opening);
    if (!dataset->has_labels())
      throw InputError(place,
                       fmt::format("[data.{}] has no labels, which a generator sends: say which column is "
                                   "the `label`",
                                   source->name));
    return dataset;
  };
  return std::make_shared<const DataSource>(std::move(checked));
}

std::shared_ptr<const Component> read_generator(const KeyReader& keys) {
  GeneratorOptions options;
  options.data = read_item_data(keys, {.labels_key = "labels", .labels_required = true});
  if (options.data.source != nullptr)
    options.data.source = with_labels(options.data.source, keys.place("data"));
  options.to = keys.text("to");
  if (!options.data.times) options.rate = *keys.rate_if_any("rate");
  const std::optional<std::string> order = keys.text_if_any("order");
  options.shuffled = order ? *order == "shuffled" : options.data.source == nullptr;
  if (options.shuffled && options.data.times)
    keys.refuse("order", "is `shuffled`, but the data set has `time`, which is an order of its own");
  if (const auto limit = keys.integer_if_any("limit")) options.limit = static_cast<std::uint32_t>(*limit);
  return make_training_generator(std::move(options));
}

std::vector<KeyInfo> generator_keys() {
  std::vector<KeyInfo> keys = item_data_keys("labels", "IDX file of their labels, gzipped or plain");
  keys.push_back(
      {.name = "to", .type = KeyType::kResource, .required = true, .meaning = "resource to write"});
  keys.push_back({.name = "order",
                  .type = KeyType::kChoice,
                  .choices = {"shuffled", "file"},
                  .meaning =
                      "the order in which they are sent; by default `\"shuffled\"` for files of images, and "
                      "`\"file\"` for a data set, whose rows are then read while they are sent"});
  keys.push_back({.name = "limit",
                  .type = KeyType::kInteger,
                  .range = {0, kLimitMax},
                  .bound = KeyBound::kCount,
                  .meaning = "the most items that are sent"});
  return keys;
}

}  // namespace

std::shared_ptr<const Component> make_training_generator(GeneratorOptions options) {
  return std::make_shared<const TrainingGenerator>(std::move(options));
}

Kind training_generator_kind() {
  return {
      .name = "training-generator",
      .meaning =
          "Sends labelled images or rows of a table, each once, in a message of its own. The label is the "
          "header `label` and the routing key; the header `class` is its name, if the data set has one.",
      .keys = generator_keys(),
      .read = read_generator};
}

}  // namespace dse
