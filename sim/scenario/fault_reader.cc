#include "sim/scenario/fault_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/names.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

const ComponentConfig& component_of(const FaultConfig& fault, const InputPlace& place,
                                    const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ComponentConfig& component : scenario.components) {
    if (component.name == fault.component) return component;
    names.push_back(component.name);
  }
  throw UnknownName(
      place, fmt::format("unknown component '{}'{}", fault.component, suggestion(fault.component, names)));
}

// What keeps the component from showing the fault; "" when nothing does.
std::string obstacle(FaultKind kind, const ComponentConfig& component) {
  switch (kind) {
    case FaultKind::kLose:
    case FaultKind::kDuplicate:
    case FaultKind::kSwap:
      return resources_written(component).empty() ? "writes nothing" : "";
    case FaultKind::kMislabel:
      return component.component->emits().labels ? "" : "writes no labels";
    case FaultKind::kMute:
      return resource_read(component) ? "" : "streams nothing, so it acknowledges nothing";
    case FaultKind::kCrash:
      break;
  }
  return "";
}

}  // namespace

FaultConfig read_fault(const toml::table& node, std::size_t number, const Scenario& scenario) {
  const std::vector<std::string> kinds = {"lose", "duplicate", "swap", "mislabel", "mute", "crash"};
  constexpr std::int64_t kFaultsMax = 1'000'000'000;
  TableReader table(node, fmt::format("fault.{}", number));
  FaultConfig fault;
  const std::size_t kind = table.choice("kind", kinds);
  fault.kind = static_cast<FaultKind>(kind);
  fault.component = table.text("component");
  if (fault.kind == FaultKind::kCrash) {
    fault.at_ns = table.duration("at");
  } else {
    fault.every = table.integer_or("every", fault.every, 1, kFaultsMax);
    fault.limit = table.integer_if_any("limit", 1, kFaultsMax);
    fault.from_ns = table.duration_or("from", 0);
    if (fault.kind == FaultKind::kMislabel) {
      fault.classes = table.integer_if_any("classes", 2, 256);
    }
  }
  table.finish();
  const ComponentConfig& component = component_of(fault, table.place("component"), scenario);
  if (const std::string reason = obstacle(fault.kind, component); !reason.empty()) {
    throw InputError(table.place("component"), fmt::format("'{}' {}: it cannot show the fault '{}'",
                                                           component.name, reason, kinds[kind]));
  }
  return fault;
}

}  // namespace dse
