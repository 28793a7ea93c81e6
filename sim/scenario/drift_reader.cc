#include "sim/scenario/drift_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/drift_check.h"
#include "sim/scenario/given_name.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

double required_number(TableReader& table, std::string_view key) {
  const std::optional<double> number = table.number_if_any(key);
  if (!number) table.refuse_missing({key});
  return *number;
}

std::array<std::int64_t, 2> required_pair(TableReader& table, std::string_view key) {
  const auto pair = table.pair_if_any(key);
  if (!pair) table.refuse_missing({key});
  return {pair->first, pair->second};
}

std::array<int, 2> read_classes(TableReader& table) {
  std::array<int, 2> classes = {};
  const std::array<std::int64_t, 2> pair = required_pair(table, "classes");
  for (std::size_t i = 0; i < classes.size(); ++i)
    classes[i] = static_cast<int>(std::clamp<std::int64_t>(pair[i], -1, INT32_MAX));
  return classes;
}

// Names, each of them once.
std::vector<std::string> read_names(TableReader& table, std::string_view key) {
  std::vector<std::string> names = table.texts(key);
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name)
      throw InputError(table.place(key), fmt::format("'{}' is named twice", *name));
  }
  return names;
}

std::vector<std::string> read_features(TableReader& table) {
  if (!table.has("features")) return {};
  return read_names(table, "features");
}

// Returns the key about which its data may have something to say.
std::string_view read_own_keys(TableReader& table, ConceptDrift& drift) {
  switch (drift.kind) {
    case ConceptDriftKind::kRotation:
      drift.degrees = required_number(table, "degrees");
      return "kind";
    case ConceptDriftKind::kShift:
      drift.by = required_pair(table, "by");
      return "by";
    case ConceptDriftKind::kNoise:
      drift.deviation = required_number(table, "deviation");
      return "kind";
    case ConceptDriftKind::kContrast:
      drift.factor = required_number(table, "factor");
      return "kind";
    case ConceptDriftKind::kClassSwap:
      drift.classes = read_classes(table);
      return "classes";
    case ConceptDriftKind::kClassPrior:
      drift.weights = table.numbers("weights");
      return "weights";
    case ConceptDriftKind::kFeatureShift:
      drift.features = read_features(table);
      drift.added = required_number(table, "by");
      return drift.features.empty() ? "kind" : "features";
    case ConceptDriftKind::kFeatureScale:
      drift.features = read_features(table);
      drift.factor = required_number(table, "factor");
      return drift.features.empty() ? "kind" : "features";
  }
  return "kind";
}

void read_times(TableReader& table, ConceptDrift& drift) {
  drift.at_ns = table.duration("at");
  drift.transition = static_cast<DriftTransition>(table.choice_or("transition", 0));
  drift.width_ns = table.duration_or("width", 0);
  drift.period_ns = table.duration_or("period", 0);
}

}  // namespace

ConceptDrift read_drift(const toml::table& node, std::size_t number, const Scenario& scenario) {
  TableReader table(node, fmt::format("drift.{}", number), format_table("drift"));
  ConceptDrift drift;
  // Reports and random streams name it.
  drift.name = given_name(table, "drift", [&](const std::string& name) {
    return std::any_of(scenario.drifts.begin(), scenario.drifts.end(),
                       [&](const ConceptDrift& other) { return other.name == name; });
  });
  drift.kind = static_cast<ConceptDriftKind>(table.choice("kind"));
  drift.components = read_names(table, "component");
  if (table.has("on")) drift.on = table.flag("on");
  read_times(table, drift);
  drift.place = table.place(read_own_keys(table, drift));
  table.finish();
  if (const DriftMistake mistake = drift_mistake(drift); !mistake.text.empty())
    throw InputError(table.place(mistake.key), mistake.text);
  check_drift(drift, scenario, [&](const std::string& key) { return table.place(key); });
  return drift;
}

}  // namespace dse
