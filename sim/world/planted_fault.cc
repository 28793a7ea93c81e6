#include "sim/world/planted_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/scenario/fault_check.h"

namespace dse {

bool PlantedFault::strikes(TimeNs now, const MessagePtr* message) {
  if (!fault_.on || now < fault_.from_ns || (fault_.until_ns && now >= *fault_.until_ns)) return false;
  if (fault_.limit && struck_ >= static_cast<std::uint64_t>(*fault_.limit)) return false;
  if (!chooses()) return false;
  strike(now, message);
  return true;
}

bool PlantedFault::chooses() {
  if (!fault_.probability) return ++counted_ % fault_.every == 0;
  const auto [count, of] = *fault_.probability;
  if (count == 0 || count == of) return count > 0;
  return random_.below(static_cast<std::uint64_t>(of)) < static_cast<std::uint64_t>(count);
}

void PlantedFault::strike(TimeNs now, const MessagePtr* message) {
  ++struck_;
  lasts_until(now);
  if (sinks_.on_strike) sinks_.on_strike(message);
}

void PlantedFault::lasts_until(TimeNs time_ns) {
  last_ns_ = std::max(last_ns_, time_ns);
  if (sinks_.on_effect) sinks_.on_effect(time_ns);
}

std::vector<std::string> fault_streams(const std::vector<Fault>& faults) {
  std::map<std::pair<std::string, FaultKind>, std::size_t> nameless;
  std::vector<std::string> purposes;
  for (const Fault& fault : faults) {
    const std::string& kind = fault_name(fault.kind);
    purposes.push_back(fault.name.empty()
                           ? fmt::format("fault {} {}", kind, nameless[{fault.component, fault.kind}]++)
                           : fmt::format("fault {} '{}'", kind, fault.name));
  }
  return purposes;
}

}  // namespace dse
