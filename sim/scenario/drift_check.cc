#include "sim/scenario/drift_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/names.h"

namespace dse {
namespace {

constexpr double kDegreesMax = 360;
constexpr std::int64_t kShiftMax = 65'535;
constexpr double kDeviationMax = 255;
constexpr double kFactorMax = 1'000'000;
constexpr double kAddedMax = 1e30;
constexpr int kClassMax = 65'535;

DriftMistake mistake_of_range(const char* key, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return {key, fmt::format("{} is out of range: expected {} to {}", value, least, most)};
}

DriftMistake mistake_of_shift(const ConceptDrift& drift) {
  for (const std::int64_t by : drift.by) {
    if (std::abs(by) > kShiftMax)
      return {"by", fmt::format("{} is out of range: expected {} to {}", by, -kShiftMax, kShiftMax)};
  }
  return {};
}

DriftMistake mistake_of_classes(const ConceptDrift& drift) {
  for (const int one : drift.classes) {
    if (one < 0 || one > kClassMax)
      return {"classes", fmt::format("{} is no class: expected 0 to {}", one, kClassMax)};
  }
  if (drift.classes[0] == drift.classes[1])
    return {"classes", fmt::format("swaps {} with itself: name two classes", drift.classes[0])};
  return {};
}

DriftMistake mistake_of_weights(const ConceptDrift& drift) {
  for (const double weight : drift.weights) {
    if (DriftMistake mistake = mistake_of_range("weights", weight, 0, 1); !mistake.text.empty())
      return mistake;
  }
  if (std::all_of(drift.weights.begin(), drift.weights.end(), [](double weight) { return weight == 0; }))
    return {"weights", "are all 0: nothing would be sent any more"};
  return {};
}

DriftMistake mistake_of_kind(const ConceptDrift& drift) {
  switch (drift.kind) {
    case ConceptDriftKind::kRotation:
      return mistake_of_range("degrees", drift.degrees, -kDegreesMax, kDegreesMax);
    case ConceptDriftKind::kShift:
      return mistake_of_shift(drift);
    case ConceptDriftKind::kNoise:
      return mistake_of_range("deviation", drift.deviation, 0, kDeviationMax);
    case ConceptDriftKind::kContrast:
      return mistake_of_range("factor", drift.factor, 0, kDeviationMax);
    case ConceptDriftKind::kClassSwap:
      return mistake_of_classes(drift);
    case ConceptDriftKind::kClassPrior:
      return mistake_of_weights(drift);
    case ConceptDriftKind::kFeatureShift:
      return mistake_of_range("by", drift.added, -kAddedMax, kAddedMax);
    case ConceptDriftKind::kFeatureScale:
      return mistake_of_range("factor", drift.factor, -kFactorMax, kFactorMax);
  }
  return {};
}

DriftMistake mistake_of_times(const ConceptDrift& drift) {
  if (drift.at_ns < 0) return {"at", "a drift cannot begin before the run: give 0 or more ns"};
  if (drift.width_ns < 0) return {"width", "is negative: give more than nothing"};
  const bool takes_turns = drift.transition == DriftTransition::kRecurring;
  if (drift.transition == DriftTransition::kAbrupt && drift.width_ns > 0)
    return {"width", "is of a change that takes time: set `transition` to \"gradual\" or \"recurring\""};
  if (drift.transition == DriftTransition::kGradual && drift.width_ns == 0)
    return {"width", "is missing, or nothing: a gradual change takes time; an \"abrupt\" one does not"};
  if (!takes_turns && drift.period_ns != 0)
    return {"period", "is of concepts that take turns: set `transition` to \"recurring\""};
  if (takes_turns && drift.period_ns <= 0)
    return {"period", "is missing, or nothing: say after which time the concepts change again"};
  if (takes_turns && drift.width_ns > drift.period_ns)
    return {"width",
            fmt::format("is longer than `period`, {}: a change would not be over when the next begins",
                        format_duration(drift.period_ns))};
  return {};
}

// Throws unless the scenario has a component of that name, and it can drift.
void check_component(const std::string& name, const Scenario& scenario, const InputPlace& place) {
  std::vector<std::string> drifting;
  for (const ComponentConfig& component : scenario.components) {
    const bool drifts = component.component->emits().drifts;
    if (component.is_called(name)) {
      if (drifts) return;
      throw InputError(place, fmt::format("'{}' sends no items of data, which could drift", name));
    }
    if (drifts) drifting.push_back(component.table_name());
  }
  throw UnknownName(place, fmt::format("unknown component '{}'{}", name, suggestion(name, drifting)));
}

}  // namespace

const std::vector<std::string>& transition_names() {
  static const std::vector<std::string> names = {"abrupt", "gradual", "recurring"};
  return names;
}

std::string drift_title(const ConceptDrift& drift, std::size_t number) {
  const std::string what =
      fmt::format("{} of {}", drift_name(drift.kind), fmt::join(drift.components, " and "));
  return drift.name.empty() ? fmt::format("{} (drift {})", what, number)
                            : fmt::format("'{}', {}", drift.name, what);
}

std::string drift_times(const ConceptDrift& drift) {
  std::string text = "at " + format_duration(drift.at_ns);
  if (drift.period_ns > 0) text += ", then every " + format_duration(drift.period_ns);
  if (drift.width_ns > 0) text += ", over " + format_duration(drift.width_ns);
  return text;
}

DriftMistake drift_mistake(const ConceptDrift& drift) {
  if (DriftMistake mistake = mistake_of_kind(drift); !mistake.text.empty()) return mistake;
  return mistake_of_times(drift);
}

void check_drift(const ConceptDrift& drift, const Scenario& scenario,
                 const std::function<InputPlace(const std::string& key)>& place_of) {
  for (const std::string& name : drift.components) check_component(name, scenario, place_of("component"));
  if (scenario.until_ns && drift.at_ns >= *scenario.until_ns) {
    throw InputError(place_of("at"), fmt::format("is not before `until`, {}: the drift would never begin",
                                                 format_duration(*scenario.until_ns)));
  }
}

}  // namespace dse
