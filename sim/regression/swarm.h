// Swarm testing: each run has only some of its scenario's faults, because one fault may hide what another
// would show (Groce and others, "Swarm testing", ISSTA 2012).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

// The faults that are off with this seed, by their numbers: each that is on is drawn by itself, one in two.
// No other fault shifts what is drawn.
std::vector<std::size_t> faults_off(const Scenario& scenario, std::uint64_t seed);
// The scenario without them: they are off.
Scenario with_faults_off(const Scenario& scenario, const std::vector<std::size_t>& off);
// The same as settings: "fault.1.on=false".
std::vector<std::string> settings_of_faults_off(const std::vector<std::size_t>& off);

}  // namespace dse
