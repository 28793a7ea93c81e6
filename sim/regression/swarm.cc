#include "sim/regression/swarm.h"

#include <fmt/format.h>

#include "dse/random.h"
#include "sim/world/planted_fault.h"

namespace dse {

std::vector<std::size_t> faults_off(const Scenario& scenario, std::uint64_t seed) {
  const std::vector<std::string> streams = fault_streams(scenario.faults);
  std::vector<std::size_t> off;
  for (std::size_t number = 0; number < scenario.faults.size(); ++number) {
    const Fault& fault = scenario.faults[number];
    RandomStream random(seed, fault.component, "swarm: " + streams[number]);
    if (fault.on && random.below(2) == 0) off.push_back(number);
  }
  return off;
}

Scenario with_faults_off(const Scenario& scenario, const std::vector<std::size_t>& off) {
  Scenario fewer = scenario;
  for (const std::size_t number : off) fewer.faults[number].on = false;
  return fewer;
}

std::vector<std::string> settings_of_faults_off(const std::vector<std::size_t>& off) {
  std::vector<std::string> settings;
  for (const std::size_t number : off) settings.push_back(fmt::format("fault.{}.on=false", number));
  return settings;
}

}  // namespace dse
