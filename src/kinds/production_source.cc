#include "kinds/production_source.h"

#include <cstdint>
#include <utility>

#include "concept_drift/item_drift.h"
#include "dse/error.h"
#include "kinds/pace.h"
#include "kinds/source_loop.h"

namespace dse {
namespace {

class SourceApp : public App {
 public:
  SourceApp(const SourceOptions& options, const MakeContext& context)
      : options_(options),
        pace_(options.rate, options.data.times),
        items_(sequence(options, context)),
        drift_(context, items_.dataset()),
        random_(context.random("arrivals")),
        truth_(context.truth),
        index_(context.index),
        loop_(options.to,
              {.any_left = [this] { return next_.has_value(); },
               .next = [this](Machine& machine) { return send(machine); }},
              make_late_labels(options.labels, items_.dataset(), context)) {}

  Program program() override;
  std::vector<Metric> metrics() const override;
  std::optional<double> share_sent() const override { return items_.share_taken(); }
  void add_counts(const App& crashed) override {
    const auto& earlier = dynamic_cast<const SourceApp&>(crashed);
    sent_before_ = earlier.sent_before_ + earlier.sent_;
    loop_.add_counts(earlier.loop_);
  }

 private:
  static ItemSequence sequence(const SourceOptions& options, const MakeContext& context) {
    std::shared_ptr<const Dataset> dataset = context.own_data();
    const Extent extent = extent_of(options.data.slice, *dataset);
    return {std::move(dataset), extent};
  }
  SourceLoop::Sent send(Machine& machine);
  bool is_poisson() const { return options_.arrivals == Arrivals::kPoisson; }

  const SourceOptions options_;
  Pace pace_;
  ItemSequence items_;
  ItemDrift drift_;
  std::optional<DataItem> next_;  // the one to be sent
  RandomStream& random_;
  TruthSink truth_;
  IndexSink index_;
  std::int64_t taken_ = 0;  // items, sent or left out
  std::uint64_t sent_ = 0;
  std::uint64_t sent_before_ = 0;  // by programs that crashed
  SourceLoop loop_;
};

Program SourceApp::program() {
  Program program = {create_resource(options_.to)};
  if (options_.labels) program.push_back(create_resource(options_.labels->to));
  next_ = items_.next();
  // A Poisson process has its first arrival one gap after the start.
  if (is_poisson()) {
    program.push_back(after(random_.exponential_gap_ns(options_.rate)));
  } else if (next_ && pace_.first_ns(*next_) > 0) {
    program.push_back(after(pace_.first_ns(*next_)));
  }
  program.push_back(loop_.begin());
  return program;
}

SourceLoop::Sent SourceApp::send(Machine& machine) {
  DataItem item = *std::exchange(next_, items_.next());
  const TimeNs gap_ns =
      is_poisson() ? random_.exponential_gap_ns(options_.rate) : pace_.gap_ns(taken_, item, next_);
  ++taken_;
  if (!drift_.apply(item, machine.now())) return {.message = {}, .gap_ns = gap_ns};
  ++sent_;
  MessageFields fields = fields_of(item, items_.dataset());
  fields.key = options_.key;
  MessagePtr message = machine.compose(std::move(fields));
  if (truth_ && item.label) truth_(message->id(), *item.label);
  if (index_) index_(message->id(), item.index);
  return {.message = std::move(message), .label = item.label, .gap_ns = gap_ns};
}

std::vector<Metric> SourceApp::metrics() const {
  std::vector<Metric> metrics = {{"sent", static_cast<double>(sent_before_) + static_cast<double>(sent_)}};
  loop_.add_metrics(metrics);
  return metrics;
}

class ProductionSource : public Component {
 public:
  explicit ProductionSource(SourceOptions options) : options_(std::move(options)) {}

  Ports ports() const override {
    return {.reads = {}, .writes = written_resources(options_.to, options_.labels)};
  }
  std::vector<MetricInfo> metrics() const override {
    std::vector<MetricInfo> metrics = {{.name = "sent", .unit = "messages", .written = true}};
    if (options_.labels) {
      for (MetricInfo& metric : late_label_metrics()) metrics.push_back(std::move(metric));
    }
    return metrics;
  }
  Emits emits() const override { return {.labels = options_.labels.has_value(), .drifts = true}; }
  std::vector<ReadFile> read_files() const override { return options_.data.files(); }
  std::shared_ptr<const Dataset> dataset(DatasetCache& cache) const override {
    return options_.data.open(cache, false);
  }
  std::vector<Sample> samples(const Dataset& dataset, const SampleOptions&) const override {
    std::vector<Sample> samples = {
        {.index = extent_of(options_.data.slice, dataset).first, .key = options_.key, .label = {}}};
    if (options_.labels) {
      for (Sample& sample : late_label_samples(*options_.labels, dataset))
        samples.push_back(std::move(sample));
    }
    return samples;
  }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<SourceApp>(options_, context);
  }

 private:
  SourceOptions options_;
};

std::shared_ptr<const Component> read_source(const KeyReader& keys) {
  SourceOptions options;
  options.data = read_item_data(keys, {.labels_key = "truth"});
  options.to = keys.text("to");
  options.key = keys.text("key");
  if (!options.data.times) options.rate = *keys.rate_if_any("rate");
  options.arrivals = keys.text("arrivals") == "regular" ? Arrivals::kRegular : Arrivals::kPoisson;
  if (options.arrivals == Arrivals::kPoisson && options.data.times)
    keys.refuse("arrivals", "is `poisson`, but the data set has `time`, which says when each item arrives");
  options.labels = read_late_labels(keys);
  return make_production_source(std::move(options));
}

std::vector<KeyInfo> source_keys() {
  std::vector<KeyInfo> keys = item_data_keys(
      "truth",
      "IDX file of their labels, gzipped or plain, for scoring; they do not travel on the bus unless "
      "`labels` says so. The "
      "labels of a data set are its truth");
  keys.push_back(
      {.name = "to", .type = KeyType::kResource, .required = true, .meaning = "resource to write"});
  keys.push_back({.name = "key",
                  .type = KeyType::kRoutingKey,
                  .fallback = std::string(),
                  .meaning = "routing key of every message"});
  keys.push_back({.name = "arrivals",
                  .type = KeyType::kChoice,
                  .fallback = std::string("regular"),
                  .choices = {"regular", "poisson"},
                  .meaning = "the times of sending; `\"poisson\"` has the same mean rate"});
  for (KeyInfo& key : late_label_keys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

std::shared_ptr<const Component> make_production_source(SourceOptions options) {
  return std::make_shared<const ProductionSource>(std::move(options));
}

Kind production_source_kind() {
  return {.name = "production-source",
          .meaning = "Sends unlabelled images or rows of a table, in the order of the file.",
          .keys = source_keys(),
          .read = read_source};
}

}  // namespace dse
