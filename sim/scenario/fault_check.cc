#include "sim/scenario/fault_check.h"

#include <fmt/format.h>

#include "core/names.h"

namespace dse {
namespace {

const ComponentConfig& component_of(const Fault& fault, const InputPlace& place, const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ComponentConfig& component : scenario.components) {
    if (component.is_called(fault.component)) return component;
    names.push_back(component.name);
  }
  throw UnknownName(
      place, fmt::format("unknown component '{}'{}", fault.component, suggestion(fault.component, names)));
}

// Why the component cannot show the fault; "" if it can.
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

const std::vector<std::string>& fault_names() {
  static const std::vector<std::string> names = {"lose", "duplicate", "swap", "mislabel", "mute", "crash"};
  return names;
}

void check_fault(const Fault& fault, const Scenario& scenario, const InputPlace& place) {
  const ComponentConfig& component = component_of(fault, place, scenario);
  if (const std::string reason = obstacle(fault.kind, component); !reason.empty()) {
    throw InputError(place, fmt::format("'{}' {}: it cannot show the fault '{}'", component.name, reason,
                                        fault_names()[static_cast<std::size_t>(fault.kind)]));
  }
}

}  // namespace dse
