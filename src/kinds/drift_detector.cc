#include "kinds/drift_detector.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "core/names.h"
#include "dse/error.h"
#include "kinds/drift_detector_app.h"
#include "protocol/parameter_table.h"

namespace dse {
namespace {

constexpr const char* kUnscored = "without planted drifts";
constexpr const char* kUndetected = "when no planted drift was detected";

std::vector<std::string> detector_names() {
  std::vector<std::string> names;
  for (const DriftDetectorInfo& detector : built_in_drift_detectors()) names.push_back(detector.name);
  return names;
}

class DriftDetectorComponent : public Component {
 public:
  explicit DriftDetectorComponent(DriftDetectorOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = options_.consumer.from, .writes = {options_.to}}; }
  std::vector<MetricInfo> metrics() const override;
  bool keeps_state() const override { return true; }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<DriftDetectorApp>(options_, planted(context), context);
  }

 private:
  std::vector<PlantedDrift> planted(const MakeContext& context) const;

  DriftDetectorOptions options_;
};

std::vector<MetricInfo> DriftDetectorComponent::metrics() const {
  std::vector<MetricInfo> metrics = {{.name = "examples", .unit = "messages"},
                                     {.name = "alarms", .unit = "messages", .written = true}};
  if (options_.detector.warns) metrics.push_back({.name = "warnings", .unit = "messages", .written = true});
  for (const char* name : {"drifts", "detected", "missed", "repeated_alarms", "false_alarms"})
    metrics.push_back({.name = name, .undefined = kUnscored});
  metrics.push_back({.name = "detection_delay_ns", .unit = "ns", .undefined = kUndetected});
  metrics.push_back({.name = "detection_delay_examples", .undefined = kUndetected});
  return metrics;
}

// The drifts of the scenario by which its alarms are judged. Throws InputError when one that is named is not
// there.
std::vector<PlantedDrift> DriftDetectorComponent::planted(const MakeContext& context) const {
  std::vector<std::string> names;
  for (const ConceptDrift& drift : context.drifts) names.push_back(drift.name);
  for (const NamedDrift& wanted : options_.drifts) {
    if (std::find(names.begin(), names.end(), wanted.name) == names.end()) {
      std::erase(names, "");
      throw InputError(wanted.place, fmt::format("there is no [[drift]] named '{}'{}", wanted.name,
                                                 suggestion(wanted.name, names)));
    }
  }
  std::vector<PlantedDrift> planted;
  for (const ConceptDrift& drift : context.drifts) {
    if (!drift.on) continue;
    const auto is_meant = [&drift](const NamedDrift& one) { return one.name == drift.name; };
    if (options_.drifts.empty() || std::any_of(options_.drifts.begin(), options_.drifts.end(), is_meant)) {
      const bool recurs = drift.transition == DriftTransition::kRecurring;
      planted.push_back(
          {.at_ns = drift.at_ns, .width_ns = drift.width_ns, .period_ns = recurs ? drift.period_ns : 0});
    }
  }
  return planted;
}

void read_detector(const KeyReader& keys, DriftDetectorOptions& options) {
  const KeyValue held = keys.value("detector");
  const auto* table = std::get_if<TableText>(&held);
  const InputPlace place = keys.place("detector");
  const std::optional<std::string> name =
      table == nullptr ? std::get<std::string>(held) : name_in(table->json, "a detector", place);
  const std::vector<std::string> names = detector_names();
  if (!name) keys.refuse("detector", fmt::format("has no `name`: name one of {}", fmt::join(names, ", ")));
  const std::vector<DriftDetectorInfo>& known = built_in_drift_detectors();
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&name](const DriftDetectorInfo& one) { return one.name == *name; });
  if (found == known.end())
    keys.refuse("detector", fmt::format("there is no detector '{}'{}", *name, suggestion(*name, names)));
  options.detector = *found;
  if (table == nullptr) return;
  options.parameters =
      read_parameters(table->json, {.known = found->parameters,
                                    .what = fmt::format("parameter of the detector '{}'", found->name),
                                    .place = place});
}

void read_drifts(const KeyReader& keys, DriftDetectorOptions& options) {
  if (std::holds_alternative<std::monostate>(keys.value("drifts"))) return;
  for (std::string& name : keys.texts("drifts")) {
    if (name.empty()) keys.refuse("drifts", "has an empty name: give the [[drift]] a name");
    options.drifts.push_back({.name = std::move(name), .place = keys.place("drifts")});
  }
}

std::shared_ptr<const Component> read_drift_detector(const KeyReader& keys) {
  DriftDetectorOptions options;
  read_detector(keys, options);
  options.consumer = read_consumer(keys);
  options.to = keys.text("to");
  options.value = keys.text("value");
  if (options.value.empty()) keys.refuse("value", "names no header");
  if (!std::holds_alternative<std::monostate>(keys.value("max_delay")))
    options.max_delay_ns = keys.duration("max_delay");
  read_drifts(keys, options);
  try {
    return make_drift_detector(std::move(options));
  } catch (const std::invalid_argument& refusal) {
    keys.refuse("detector", refusal.what());
  }
}

std::vector<KeyInfo> drift_detector_keys() {
  std::vector<KeyInfo> keys = consumer_keys();
  keys.push_back({.name = "to",
                  .type = KeyType::kResource,
                  .required = true,
                  .meaning = "resource to which alarms are written"});
  keys.push_back({.name = "detector",
                  .type = KeyType::kNamedTable,
                  .required = true,
                  .choices = detector_names(),
                  .meaning = "the [detector](#drift-detectors)"});
  keys.push_back({.name = "value",
                  .type = KeyType::kLine,
                  .fallback = std::string("error"),
                  .meaning = "the header that is watched, which is a number"});
  keys.push_back(
      {.name = "drifts",
       .type = KeyType::kTexts,
       .meaning = "names of the `[[drift]]` tables by which its alarms are judged; by default all"});
  keys.push_back({.name = "max_delay",
                  .type = KeyType::kDuration,
                  .meaning =
                      "how long after the end of a planted drift an alarm still detects it; by default "
                      "until the next one begins"});
  return keys;
}

}  // namespace

std::shared_ptr<const Component> make_drift_detector(DriftDetectorOptions options) {
  options.detector.make(options.parameters);
  return std::make_shared<const DriftDetectorComponent>(std::move(options));
}

Kind drift_detector_kind() {
  return {.name = "drift-detector",
          .meaning =
              "Watches a number in messages, by default a model's errors, and writes an alarm when it "
              "is no longer what it was: an empty payload, the content type "
              "`application/vnd.dse.alarm`, the key `<detector>.drift`, and as `correlation_id` the "
              "id of the message that raised it. A detector that warns writes `<detector>.warning` "
              "when it begins to.",
          .keys = drift_detector_keys(),
          .read = read_drift_detector};
}

}  // namespace dse
