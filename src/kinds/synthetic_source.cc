#include "kinds/synthetic_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "concept_drift/item_drift.h"
#include "dataset/dataset_maker.h"
#include "dataset/row_blocks.h"
#include "dse/error.h"
#include "kinds/item_data.h"
#include "kinds/source_loop.h"
#include "protocol/parameter_table.h"

namespace dse {
namespace {

constexpr std::int64_t kRowsMax = 4'000'000'000;

// What is known of the stream's rows before there are any.
std::shared_ptr<const Dataset> row_shape(const SyntheticSourceOptions& options) {
  RandomStream unused(0, "", "");
  const auto stream =
      options.stream.make(options.values, {.features = unused, .noise = unused, .drift = unused});
  return DatasetMaker::without_file({.name = fmt::format("the stream '{}'", options.stream.name),
                                     .feature_names = stream->feature_names(),
                                     .class_names = stream->class_names()});
}

// The rows of a stream, from its first.
class StreamRows {
 public:
  explicit StreamRows(std::unique_ptr<SyntheticStream> stream)
      : stream_(std::move(stream)), blocks_(stream_->features()) {}

  DataItem next() {
    RowBlocks::Row row = blocks_.next();
    const int label = stream_->next(row.numbers);
    return {.index = count_++,
            .owner = std::move(row.owner),
            .bytes = std::as_bytes(row.numbers),
            .label = label,
            .time_ns = {}};
  }

 private:
  std::unique_ptr<SyntheticStream> stream_;
  RowBlocks blocks_;
  std::uint32_t count_ = 0;
};

class SyntheticApp : public App {
 public:
  SyntheticApp(const SyntheticSourceOptions& options, std::shared_ptr<const Dataset> shape,
               const MakeContext& context);

  Program program() override;
  std::vector<Metric> metrics() const override {
    std::vector<Metric> metrics = {{"sent", static_cast<double>(sent_)}};
    loop_.add_metrics(metrics);
    return metrics;
  }
  std::optional<double> share_sent() const override {
    return options_.limit == 0 ? 1 : static_cast<double>(sent_ + left_out_) / options_.limit;
  }
  void add_counts(const App& crashed) override {
    const auto& earlier = dynamic_cast<const SyntheticApp&>(crashed);
    rows_ = earlier.rows_;
    sent_ = earlier.sent_;
    left_out_ = earlier.left_out_;
    loop_.add_counts(earlier.loop_);
  }

 private:
  SourceLoop::Sent send(Machine& machine);
  MessagePtr message_of(Machine& machine, const DataItem& row) const;

  SyntheticSourceOptions options_;
  std::shared_ptr<const Dataset> shape_;
  LabelFields labels_;
  ItemDrift drift_;
  StreamRandom random_;
  TruthSink truth_;
  IndexSink index_;
  std::shared_ptr<StreamRows> rows_;  // those of the program that crashed, if one did
  std::uint64_t sent_ = 0;
  std::uint64_t left_out_ = 0;    // by a drift
  std::int64_t since_start_ = 0;  // rows of this program, sent or left out
  SourceLoop loop_;
};

SyntheticApp::SyntheticApp(const SyntheticSourceOptions& options, std::shared_ptr<const Dataset> shape,
                           const MakeContext& context)
    : options_(options),
      shape_(std::move(shape)),
      labels_(*shape_),
      drift_(context, *shape_),
      random_{.features = context.random("features"),
              .noise = context.random("noise"),
              .drift = context.random("drift")},
      truth_(context.truth),
      index_(context.index),
      loop_(options.to,
            {.any_left = [this] { return sent_ + left_out_ < options_.limit; },
             .next = [this](Machine& machine) { return send(machine); }},
            make_late_labels(options.late_labels, *shape_, context)) {}

Program SyntheticApp::program() {
  if (rows_ == nullptr) rows_ = std::make_shared<StreamRows>(options_.stream.make(options_.values, random_));
  Program program = {create_resource(options_.to)};
  if (options_.late_labels) program.push_back(create_resource(options_.late_labels->to));
  program.push_back(loop_.begin());
  return program;
}

SourceLoop::Sent SyntheticApp::send(Machine& machine) {
  DataItem row = rows_->next();
  const Rate& rate = options_.rate;
  const TimeNs gap_ns = rate.offset_ns(since_start_ + 1) - rate.offset_ns(since_start_);
  ++since_start_;
  if (!drift_.apply(row, machine.now())) {
    ++left_out_;
    return {.message = {}, .gap_ns = gap_ns};
  }
  ++sent_;
  return {.message = message_of(machine, row), .label = row.label, .gap_ns = gap_ns};
}

MessagePtr SyntheticApp::message_of(Machine& machine, const DataItem& row) const {
  MessageFields fields = fields_of(row, *shape_);
  if (options_.labelled) {
    labels_.set(fields, *row.label);
    return machine.compose(std::move(fields));
  }
  fields.key = options_.key;
  MessagePtr message = machine.compose(std::move(fields));
  if (truth_) truth_(message->id(), *row.label);
  if (index_) index_(message->id(), row.index);
  return message;
}

class SyntheticSource : public Component {
 public:
  explicit SyntheticSource(SyntheticSourceOptions options)
      : options_(std::move(options)), shape_(row_shape(options_)) {}

  Ports ports() const override {
    return {.reads = {}, .writes = written_resources(options_.to, options_.late_labels)};
  }
  std::vector<MetricInfo> metrics() const override {
    std::vector<MetricInfo> metrics = {{.name = "sent", .unit = "messages", .written = true}};
    if (options_.late_labels) {
      for (MetricInfo& metric : late_label_metrics()) metrics.push_back(std::move(metric));
    }
    return metrics;
  }
  Emits emits() const override { return {.labels = writes_labels(), .drifts = true}; }
  std::shared_ptr<const Dataset> dataset(DatasetCache&) const override { return shape_; }
  std::vector<Sample> samples(const Dataset& dataset, const SampleOptions&) const override {
    if (options_.labelled) return sample_of_each_label(dataset);
    std::vector<Sample> samples;
    if (options_.late_labels) samples = late_label_samples(*options_.late_labels, dataset);
    samples.push_back({.index = 0, .key = options_.key, .label = {}});
    return samples;
  }
  std::optional<int> label_classes(const MakeContext&) const override {
    if (!writes_labels()) return std::nullopt;
    return shape_->classes();
  }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<SyntheticApp>(options_, shape_, context);
  }

 private:
  bool writes_labels() const { return options_.labelled || options_.late_labels; }

  SyntheticSourceOptions options_;
  std::shared_ptr<const Dataset> shape_;
};

StreamValues read_values(const KeyReader& keys, const SyntheticStreamInfo& stream) {
  std::vector<KeyInfo> known;
  for (const StreamOption& option : stream.options) known.push_back(option.key);
  StreamValues values;
  for (auto& [name, value] :
       read_options(keys.table("options"), {.known = known,
                                           .what = fmt::format("option of the stream '{}'", stream.name),
                                           .place = keys.place("options")}))
    values.emplace(name, value);
  return values;
}

std::shared_ptr<const Component> read_synthetic(const KeyReader& keys) {
  SyntheticSourceOptions options;
  options.stream = *find_stream(built_in_synthetic_streams(), keys.text("stream"));
  options.values = read_values(keys, options.stream);
  options.to = keys.text("to");
  options.rate = keys.rate("rate");
  options.limit = static_cast<std::uint32_t>(keys.integer("limit"));
  options.labelled = keys.flag("labelled");
  const std::optional<std::string> key = keys.text_if_any("key");
  if (key && options.labelled)
    keys.refuse("key", "is one too many: the key of a message with a label is its label");
  options.key = key.value_or("");
  options.late_labels = read_late_labels(keys);
  if (options.late_labels && options.labelled)
    keys.refuse("labels.to", "is one too many: each row has its label with it; set `labelled = false`");
  try {
    return make_synthetic_source(std::move(options));
  } catch (const std::invalid_argument& refusal) {
    keys.refuse("options", refusal.what());
  }
}

struct ValueText {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
  std::string operator()(double number) const { return fmt::format("{}", number); }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "none";
  }
};

// "`variant` (0 to 3, by default 0: the threshold: 8, 9, 7 or 9.5; the paper's four concepts)"
std::string option_text(const StreamOption& option) {
  const KeyInfo& key = option.key;
  std::string range;
  if (key.type == KeyType::kInteger) range = fmt::format("{} to {}, ", key.range.least, key.range.most);
  if (key.type == KeyType::kNumber)
    range = fmt::format("{} to {}, ", option.numbers.least, option.numbers.most);
  return fmt::format("`{}` ({}by default {}: {}; {})", key.name, range, std::visit(ValueText(), key.fallback),
                     key.meaning, option.source);
}

// "`sea` (Street and Kim, …) has `variant` (…), `noise` (…)."
std::string options_text(const SyntheticStreamInfo& stream) {
  std::vector<std::string> options;
  for (const StreamOption& option : stream.options) options.push_back(option_text(option));
  return fmt::format("`{}` ({}) has {}.", stream.name, stream.source, fmt::join(options, ", "));
}

std::vector<KeyInfo> synthetic_keys() {
  std::vector<std::string> names;
  std::string options = "a table of the stream's options.";
  for (const SyntheticStreamInfo& stream : built_in_synthetic_streams()) {
    names.push_back(stream.name);
    options += " " + options_text(stream);
  }
  std::vector<KeyInfo> keys = {
      {.name = "stream",
       .type = KeyType::kChoice,
       .required = true,
       .choices = std::move(names),
       .meaning = "the rule that makes the rows"},
      {.name = "options", .type = KeyType::kTable, .meaning = std::move(options)},
      {.name = "to", .type = KeyType::kResource, .required = true, .meaning = "resource to write"},
      {.name = "rate", .type = KeyType::kRate, .required = true, .meaning = "rows per second"},
      {.name = "limit",
       .type = KeyType::kInteger,
       .required = true,
       .range = {0, kRowsMax},
       .bound = KeyBound::kCount,
       .meaning = "how many rows are sent; the stream itself has no end"},
      {.name = "labelled",
       .type = KeyType::kFlag,
       .fallback = true,
       .meaning = "whether each row has its label with it, to be learned from. If not, labels are the truth, "
                  "by which answers are scored, and `labels` may send them later"},
      {.name = "key",
       .type = KeyType::kRoutingKey,
       .meaning = "routing key of every message without a label; by default it is empty"}};
  for (KeyInfo& key : late_label_keys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

std::shared_ptr<const Component> make_synthetic_source(SyntheticSourceOptions options) {
  return std::make_shared<const SyntheticSource>(std::move(options));
}

Kind synthetic_source_kind() {
  return {
      .name = "synthetic-source",
      .meaning =
          "Sends the rows of a synthetic stream that the literature knows: little-endian float32 numbers, "
          "content type `application/vnd.dse.f32`. With labels, the label is the header `label` and the "
          "routing key, and the header `class` is its name. After a crash it goes on with the next row.",
      .keys = synthetic_keys(),
      .read = read_synthetic};
}

}  // namespace dse
