// Whether a fault makes sense in its scenario.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dse/error.h"
#include "dse/fault.h"
#include "sim/scenario/scenario.h"

namespace dse {

inline constexpr std::int64_t kFaultTimesMax = 1'000'000'000;
inline constexpr std::int64_t kFaultClassesMin = 2;
inline constexpr std::int64_t kFaultClassesMax = 256;
inline constexpr std::int64_t kFaultFactorMax = 1'000'000;
inline constexpr std::int64_t kFaultWindowMax = 1'000'000;
inline constexpr std::int64_t kFaultBitsMax = 1'000'000;

// The names in the order of FaultKind: "lose", "duplicate" ...
const std::vector<std::string>& fault_names();
inline const std::string& fault_name(FaultKind kind) { return fault_names()[static_cast<std::size_t>(kind)]; }
// What reports call the fault with this number, from 0: "lose of generator (fault 0)", "'lossy', lose of
// generator".
std::string fault_title(const Fault& fault, std::size_t number);
// The number of the fault with that name, or that number in decimal; empty when there is none.
std::optional<std::size_t> find_fault(const std::vector<Fault>& faults, const std::string& name);

// What is wrong with its values on their own, whatever the scenario, for human readers; "" if nothing is.
std::string fault_mistake(const Fault& fault);

// Throws UnknownName when the scenario does not have the component, and InputError when the component cannot
// show the fault. `place` is that of the component's name.
void check_fault(const Fault& fault, const Scenario& scenario, const InputPlace& place);

}  // namespace dse
