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
std::string obstacle(const Fault& fault, const ComponentConfig& component) {
  switch (fault.kind) {
    case FaultKind::kLose:
    case FaultKind::kDuplicate:
    case FaultKind::kSwap:
    case FaultKind::kDelay:
    case FaultKind::kReorder:
    case FaultKind::kCorrupt:
      return resources_written(component).empty() ? "writes nothing" : "";
    case FaultKind::kMislabel:
      return component.component->emits().labels ? "" : "writes no labels";
    case FaultKind::kMute:
      return resource_read(component) ? "" : "streams nothing, so it acknowledges nothing";
    case FaultKind::kSlow:
      return resource_read(component) ? "" : "streams nothing, so it serves nobody";
    case FaultKind::kCrash:
    case FaultKind::kPause:
    case FaultKind::kPartition:
      if (!fault.at_ns && !resource_read(component))
        return "streams nothing, so it has no handler to strike: give `at`";
  }
  return "";
}

bool within(std::int64_t value, std::int64_t least, std::int64_t most) {
  return value >= least && value <= most;
}

// How often and when it strikes.
std::string mistake_of_times(const Fault& fault) {
  if (!within(fault.every, 1, kFaultTimesMax) || !within(fault.limit.value_or(1), 1, kFaultTimesMax))
    return fmt::format("a fault's `every` and `limit` are 1 to {}", kFaultTimesMax);
  if (fault.from_ns < 0 || fault.at_ns.value_or(0) < 0)
    return "a fault cannot come before the run: give 0 or more ns";
  if (fault.until_ns && *fault.until_ns <= fault.from_ns)
    return "a fault that ends before it begins never strikes: give `until` above `from`";
  if (!fault.probability) return "";
  const auto [count, of] = *fault.probability;
  if (of <= 0) return fmt::format("a probability of {} over {}: the second must be above zero", count, of);
  if (of > kFaultTimesMax) return fmt::format("a probability is over at most {}", kFaultTimesMax);
  if (count < 0) return fmt::format("a probability of {} over {} is below zero", count, of);
  if (count > of) return fmt::format("a probability of {} over {} is above one", count, of);
  return fault.every == 1 ? "" : "a fault strikes with a probability or one in `every`, not both";
}

}  // namespace

const std::vector<std::string>& fault_names() {
  static const std::vector<std::string> names = {"lose", "duplicate", "swap",  "mislabel",
                                                 "mute", "crash",     "delay", "reorder",
                                                 "slow", "corrupt",   "pause", "partition"};
  return names;
}

std::string fault_title(const Fault& fault, std::size_t number) {
  const std::string what = fmt::format("{} of {}", fault_name(fault.kind), fault.component);
  return fault.name.empty() ? fmt::format("{} (fault {})", what, number)
                            : fmt::format("'{}', {}", fault.name, what);
}

std::optional<std::size_t> find_fault(const std::vector<Fault>& faults, const std::string& name) {
  for (std::size_t number = 0; number < faults.size(); ++number) {
    if (faults[number].name == name || (!name.empty() && name == fmt::format("{}", number))) return number;
  }
  return std::nullopt;
}

std::string fault_mistake(const Fault& fault) {
  if (std::string mistake = mistake_of_times(fault); !mistake.empty()) return mistake;
  if (!within(fault.classes.value_or(kFaultClassesMin), kFaultClassesMin, kFaultClassesMax))
    return fmt::format("a fault's `classes` are {} to {}", kFaultClassesMin, kFaultClassesMax);
  if (const std::string mistake = fault.time.mistake(); !mistake.empty()) return "a fault's time " + mistake;
  if (!within(fault.factor.numerator, 1, kFaultFactorMax) ||
      !within(fault.factor.denominator, 1, kFaultFactorMax))
    return fmt::format("a fault's `factor` is 1 to {}, or that over 1 to {}", kFaultFactorMax,
                       kFaultFactorMax);
  if (!within(fault.bits, 1, kFaultBitsMax))
    return fmt::format("a fault's `bits` are 1 to {}", kFaultBitsMax);
  if (fault.kind == FaultKind::kReorder && (fault.window > 0) == (fault.within_ns > 0))
    return "a reordering is within a `window` of messages or `within` a time: give one of the two";
  if (!within(fault.window, 0, kFaultWindowMax)) return fmt::format("a `window` is 1 to {}", kFaultWindowMax);
  if (fault.within_ns < 0) return "a fault's `within` is negative: give more than nothing";
  return "";
}

void check_fault(const Fault& fault, const Scenario& scenario, const InputPlace& place) {
  const ComponentConfig& component = component_of(fault, place, scenario);
  if (const std::string reason = obstacle(fault, component); !reason.empty()) {
    throw InputError(place, fmt::format("'{}' {}: it cannot show the fault '{}'", component.name, reason,
                                        fault_name(fault.kind)));
  }
}

}  // namespace dse
