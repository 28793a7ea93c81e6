// Whether a fault makes sense in its scenario.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dse/error.h"
#include "dse/fault.h"
#include "sim/scenario/scenario.h"

namespace dse {

inline constexpr std::int64_t kFaultTimesMax = 1'000'000'000;
inline constexpr std::int64_t kFaultClassesMin = 2;
inline constexpr std::int64_t kFaultClassesMax = 256;

// The names in the order of FaultKind: "lose", "duplicate" ...
const std::vector<std::string>& fault_names();

// Throws UnknownName when the scenario does not have the component, and InputError when the component cannot
// show the fault. `place` is that of the component's name.
void check_fault(const Fault& fault, const Scenario& scenario, const InputPlace& place);

}  // namespace dse
