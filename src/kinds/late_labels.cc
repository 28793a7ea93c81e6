#include "kinds/late_labels.h"

#include <fmt/format.h>

#include <utility>

#include "dse/error.h"

namespace dse {
namespace {

constexpr std::int64_t kShareMax = 1'000'000'000;

LateLabelOptions::Share read_share(const KeyReader& keys, const std::pair<std::int64_t, std::int64_t>& pair) {
  const auto [count, of] = pair;
  if (of < 1 || of > kShareMax || count < 0 || count > of) {
    keys.refuse("labels.lost",
                fmt::format("expected [n, m], n of m: n from 0 to m, and m from 1 to {}", kShareMax));
  }
  return {.count = count, .of = of};
}

}  // namespace

std::vector<KeyInfo> late_label_keys() {
  return {{.name = "labels.to",
           .type = KeyType::kResource,
           .meaning = "resource to which the label of each message is written later, as a "
                      "[message of its own](scenario-format.md#late-labels); by default no label travels"},
          {.name = "labels.delay",
           .type = KeyType::kDrawnTime,
           .meaning = "how long after its message a label is sent; needed with `labels.to`"},
          {.name = "labels.lost",
           .type = KeyType::kPair,
           .meaning = "`[n, m]`: n of m labels are never sent, each drawn by itself; by default none"}};
}

std::optional<LateLabelOptions> read_late_labels(const KeyReader& keys) {
  const std::optional<std::string> to = keys.text_if_any("labels.to");
  const std::optional<DrawnTime> delay = keys.drawn_time_if_any("labels.delay");
  const auto lost = keys.pair_if_any("labels.lost");
  if (!to && !delay && !lost) return std::nullopt;
  if (!to) keys.refuse("labels.to", "is missing: name the resource that the labels are written to");
  if (!delay) keys.refuse("labels.delay", "is missing: say how long after its message a label is sent");
  LateLabelOptions options{.to = *to, .delay = *delay};
  if (lost) options.lost = read_share(keys, *lost);
  return options;
}

std::vector<std::string> written_resources(const std::string& to,
                                           const std::optional<LateLabelOptions>& labels) {
  if (!labels || labels->to == to) return {to};
  return {to, labels->to};
}

std::vector<Sample> late_label_samples(const LateLabelOptions& options, const Dataset& dataset) {
  std::vector<Sample> samples = sample_of_each_label(dataset);
  for (Sample& sample : samples) sample.late_to = options.to;
  return samples;
}

std::vector<MetricInfo> late_label_metrics() {
  return {{.name = "labels_sent", .unit = "messages", .written = true},
          {.name = "labels_lost", .unit = "messages", .shown = MetricShown::kWhenNotZero}};
}

LateLabels::LateLabels(LateLabelOptions options, const Dataset& dataset, const MakeContext& context)
    : options_(std::move(options)), fields_(dataset), random_(context.random("labels")) {
  if (dataset.has_labels()) return;
  throw InputError(
      context.place,
      "sends labels later, but its items have none: name `truth`, or the `label` of its data set");
}

void LateLabels::add(const std::string& message_id, int label, TimeNs now) {
  const std::optional<LateLabelOptions::Share>& lost = options_.lost;
  // A share that decides by itself draws nothing, as with faults.
  if (lost && lost->count > 0 &&
      (lost->count == lost->of ||
       random_.below(static_cast<std::uint64_t>(lost->of)) < static_cast<std::uint64_t>(lost->count))) {
    ++lost_;
    return;
  }
  waiting_.push({.due_ns = add_time(now, options_.delay.draw(random_)),
                 .number = added_++,
                 .message_id = message_id,
                 .label = label});
}

Step LateLabels::write_next(Machine& machine) {
  MessageFields fields{.correlation_id = waiting_.top().message_id,
                       .content_type = std::string(kLabelContentType)};
  fields_.set(fields, waiting_.top().label);
  waiting_.pop();
  ++sent_;
  return write_resource(options_.to, machine.compose(std::move(fields)));
}

std::vector<Metric> LateLabels::metrics() const {
  return {{"labels_sent", static_cast<double>(sent_)},
          {"labels_lost", static_cast<double>(lost_ + waiting_.size())}};
}

void LateLabels::add_counts(const LateLabels& crashed) {
  sent_ += crashed.sent_;
  lost_ += crashed.lost_ + crashed.waiting_.size();
}

std::optional<LateLabels> make_late_labels(const std::optional<LateLabelOptions>& options,
                                           const Dataset& dataset, const MakeContext& context) {
  if (!options) return std::nullopt;
  return LateLabels(*options, dataset, context);
}

}  // namespace dse
