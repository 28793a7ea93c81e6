#include "sim/scenario/format_table.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/check.h"
#include "dse/concept_drift.h"
#include "dse/run_result.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/fault_check.h"
#include "sim/scenario/life_cycle_reader.h"

namespace dse {
namespace {

FormatKey key_of(const std::string& name, KeyType type) { return {.info = {.name = name, .type = type}}; }
FormatKey required(FormatKey key) {
  key.info.required = true;
  return key;
}
FormatKey integer(const std::string& name, std::int64_t least, std::int64_t most = INT64_MAX) {
  FormatKey key = key_of(name, KeyType::kInteger);
  key.info.range = {.least = least, .most = most};
  return key;
}
FormatKey choice(const std::string& name, std::vector<std::string> choices) {
  FormatKey key = key_of(name, KeyType::kChoice);
  key.info.choices = std::move(choices);
  return key;
}
FormatKey formed(const std::string& name, ValueForm form, std::vector<FormatKey> inner = {}) {
  return {.info = {.name = name, .type = KeyType::kTable}, .form = form, .inner = std::move(inner)};
}

FormatTable root_table() {
  return {.name = "",
          .shape = TableShape::kRoot,
          .keys = {key_of("title", KeyType::kLine), integer("seed", 0), integer("ordering", 0),
                   formed("until", ValueForm::kEnd)}};
}

FormatTable metrics_table() {
  constexpr std::int64_t kWindowMax = 1'000'000;
  return {.name = "metrics",
          .keys = {key_of("every", KeyType::kDuration), integer("window", 1, kWindowMax),
                   key_of("fading", KeyType::kNumber)}};
}

FormatTable resource_table() {
  return {.name = "resource",
          .shape = TableShape::kNamed,
          .keys = {integer("prefetch", 0, UINT16_MAX), choice("type", {"classic", "quorum"}),
                   key_of("message_ttl", KeyType::kDuration), key_of("expires", KeyType::kDuration),
                   integer("max_length", 0), integer("max_length_bytes", 0),
                   choice("overflow", {"drop-head", "reject-publish", "reject-publish-dlx"}),
                   formed("dead_letter", ValueForm::kInner,
                          {required(key_of("to", KeyType::kText)), key_of("key", KeyType::kRoutingKey)}),
                   integer("delivery_limit", 0, UINT16_MAX), integer("max_priority", 1, 255),
                   key_of("single_active_consumer", KeyType::kFlag), key_of("auto_delete", KeyType::kFlag),
                   key_of("exclusive", KeyType::kFlag), key_of("alternate", KeyType::kResource),
                   key_of("clients", KeyType::kFlag)}};
}

FormatTable exchange_table() {
  return {.name = "exchange",
          .shape = TableShape::kNamed,
          .keys = {required(choice("type", {"direct", "fanout", "topic", "headers"})),
                   key_of("alternate", KeyType::kResource)}};
}

FormatTable binding_table() {
  return {.name = "binding",
          .shape = TableShape::kList,
          .keys = {required(key_of("from", KeyType::kTexts)), required(key_of("to", KeyType::kTexts)),
                   key_of("key", KeyType::kRoutingKey), formed("headers", ValueForm::kHeaders),
                   choice("match", {"all", "any"})}};
}

FormatTable component_table() {
  constexpr std::int64_t kRestartsMax = 1'000'000'000;
  return {.name = "component",
          .shape = TableShape::kNamed,
          .keys = {required(key_of("kind", KeyType::kText)), key_of("start", KeyType::kDuration),
                   choice("on_refused", {"continue", "end"}), key_of("latency", KeyType::kDrawnTime),
                   key_of("stop", KeyType::kDuration), integer("count", 1, kReplicasMax),
                   formed("restart", ValueForm::kInner,
                          {required(key_of("after", KeyType::kDuration)), integer("times", 1, kRestartsMax)}),
                   key_of("checkpoint", KeyType::kDuration), key_of("user", KeyType::kText)}};
}

FormatTable user_table() {
  return {.name = "user",
          .shape = TableShape::kNamed,
          .keys = {key_of("configure", KeyType::kText), key_of("write", KeyType::kText),
                   key_of("read", KeyType::kText),
                   formed("topics", ValueForm::kNamedInner,
                          {key_of("write", KeyType::kText), key_of("read", KeyType::kText)})}};
}

std::vector<FormatKey> table_data_keys() {
  return {required(key_of("file", KeyType::kFile)),
          key_of("features", KeyType::kTexts),
          key_of("label", KeyType::kText),
          key_of("classes", KeyType::kTexts),
          choice("missing", {"refuse", "mean", "skip"}),
          key_of("missing_values", KeyType::kTexts),
          key_of("time", KeyType::kText),
          choice("time_unit", {"s", "ms", "us", "ns"}),
          choice("time_origin", {"first", "zero"})};
}

FormatTable data_table() {
  std::vector<FormatKey> csv = table_data_keys();
  csv.push_back(key_of("separator", KeyType::kText));
  csv.push_back(key_of("header", KeyType::kFlag));
  return {
      .name = "data",
      .shape = TableShape::kNamed,
      .keys = {required(choice("format", {"idx", "csv", "jsonl", "png"}))},
      .selector = "format",
      .forms = {{"idx", {required(key_of("images", KeyType::kFile)), key_of("labels", KeyType::kFile)}},
                {"csv", std::move(csv)},
                {"jsonl", table_data_keys()},
                {"png", {required(key_of("folder", KeyType::kFile)), key_of("classes", KeyType::kTexts)}}}};
}

FormatTable expect_table() {
  const std::vector<FormatKey> metric = {required(key_of("metric", KeyType::kText)),
                                         key_of("min", KeyType::kNumber),
                                         key_of("max", KeyType::kNumber),
                                         key_of("equals", KeyType::kNumber),
                                         key_of("rises", KeyType::kFlag),
                                         key_of("by", KeyType::kDuration),
                                         key_of("after_faults", KeyType::kDuration)};
  const std::vector<FormatKey> delivery = {
      key_of("resource", KeyType::kText), key_of("consumer", KeyType::kText),
      choice("delivered", {"exactly-once", "at-least-once"}), choice("order", {"fifo"}), integer("lost", 0)};
  const std::vector<FormatKey> status = {
      required(choice("status", {status_name(RunStatus::kCompleted), status_name(RunStatus::kStalled),
                                 status_name(RunStatus::kRefused)}))};
  const std::vector<FormatKey> strikes = {
      required(formed("fault", ValueForm::kNumberOrText)),
      required(
          formed("struck", ValueForm::kInner, {integer("min", 0), integer("max", 0), integer("equals", 0)}))};
  return {.name = "expect",
          .shape = TableShape::kList,
          .keys = {key_of("name", KeyType::kLine), key_of("fails", KeyType::kFlag)},
          .forms = {{"", metric}, {"", delivery}, {"", status}, {"", strikes}}};
}

// The keys that a kind of fault has besides those of all.
std::vector<FormatKey> fault_keys(FaultKind kind) {
  switch (kind) {
    case FaultKind::kMislabel:
      return {integer("classes", kFaultClassesMin, kFaultClassesMax)};
    case FaultKind::kDelay:
      return {required(key_of("by", KeyType::kDrawnTime))};
    case FaultKind::kPause:
    case FaultKind::kPartition:
      return {required(key_of("for", KeyType::kDrawnTime))};
    case FaultKind::kReorder:
      return {integer("window", 1, kFaultWindowMax), key_of("within", KeyType::kDuration)};
    case FaultKind::kSlow: {
      FormatKey factor = required(formed("factor", ValueForm::kFactor));
      factor.info.range = {.least = 1, .most = kFaultFactorMax};
      return {factor};
    }
    case FaultKind::kCorrupt:
      return {integer("bits", 1, kFaultBitsMax)};
    case FaultKind::kLose:
    case FaultKind::kDuplicate:
    case FaultKind::kSwap:
    case FaultKind::kMute:
    case FaultKind::kCrash:
      return {};
  }
  return {};
}

FormatTable fault_table() {
  FormatTable table{.name = "fault",
                    .shape = TableShape::kList,
                    .keys = {key_of("name", KeyType::kLine), required(choice("kind", fault_names())),
                             required(key_of("component", KeyType::kText)), key_of("on", KeyType::kFlag),
                             key_of("probability", KeyType::kPair), integer("every", 1, kFaultTimesMax),
                             integer("limit", 1, kFaultTimesMax), key_of("from", KeyType::kDuration),
                             key_of("until", KeyType::kDuration)},
                    .selector = "kind"};
  const std::vector<std::string> names = fault_names();
  for (std::size_t number = 0; number < names.size(); ++number) {
    const auto kind = static_cast<FaultKind>(number);
    std::vector<FormatKey> keys = fault_keys(kind);
    if (!is_of_link(kind)) keys.push_back(key_of("at", KeyType::kDuration));
    table.forms.push_back({names[number], std::move(keys)});
  }
  return table;
}

std::vector<FormatKey> drift_keys(ConceptDriftKind kind) {
  switch (kind) {
    case ConceptDriftKind::kRotation:
      return {required(key_of("degrees", KeyType::kNumber))};
    case ConceptDriftKind::kShift:
      return {required(key_of("by", KeyType::kPair))};
    case ConceptDriftKind::kNoise:
      return {required(key_of("deviation", KeyType::kNumber))};
    case ConceptDriftKind::kContrast:
      return {required(key_of("factor", KeyType::kNumber))};
    case ConceptDriftKind::kClassSwap:
      return {required(key_of("classes", KeyType::kPair))};
    case ConceptDriftKind::kClassPrior:
      return {required(formed("weights", ValueForm::kNumbers))};
    case ConceptDriftKind::kFeatureShift:
      return {key_of("features", KeyType::kTexts), required(key_of("by", KeyType::kNumber))};
    case ConceptDriftKind::kFeatureScale:
      return {key_of("features", KeyType::kTexts), required(key_of("factor", KeyType::kNumber))};
  }
  return {};
}

FormatTable drift_table() {
  FormatTable table{
      .name = "drift",
      .shape = TableShape::kList,
      .keys = {key_of("name", KeyType::kLine), required(choice("kind", drift_names())),
               required(key_of("component", KeyType::kTexts)), key_of("on", KeyType::kFlag),
               required(key_of("at", KeyType::kDuration)), choice("transition", transition_names()),
               key_of("width", KeyType::kDuration), key_of("period", KeyType::kDuration)},
      .selector = "kind"};
  const std::vector<std::string> names = drift_names();
  for (std::size_t number = 0; number < names.size(); ++number)
    table.forms.push_back({names[number], drift_keys(static_cast<ConceptDriftKind>(number))});
  return table;
}

const FormatKey* find_in(const std::vector<FormatKey>& keys, std::string_view name) {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [name](const FormatKey& key) { return key.info.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace

const FormatKey* FormatTable::find(std::string_view key) const {
  if (const FormatKey* found = find_in(keys, key)) return found;
  for (const FormatForm& one : forms) {
    if (const FormatKey* found = find_in(one.keys, key)) return found;
  }
  return nullptr;
}

const std::vector<FormatTable>& format_tables() {
  static const std::vector<FormatTable> tables = {
      root_table(),
      {.name = "bus",
       .keys = {key_of("latency", KeyType::kDrawnTime), key_of("heartbeat", KeyType::kDuration)}},
      metrics_table(),
      resource_table(),
      exchange_table(),
      binding_table(),
      component_table(),
      user_table(),
      data_table(),
      expect_table(),
      fault_table(),
      drift_table()};
  return tables;
}

const FormatTable& format_table(std::string_view name) {
  const std::vector<FormatTable>& tables = format_tables();
  const auto found =
      std::find_if(tables.begin(), tables.end(), [name](const FormatTable& one) { return one.name == name; });
  DSE_CHECK(found != tables.end(), "there is no table '{}' in a scenario", name);
  return *found;
}

}  // namespace dse
