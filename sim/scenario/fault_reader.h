// Reads the [[fault]] tables of a scenario.
#pragma once

#include <cstddef>

#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// The fault number `number` of the file, from 0. `scenario` holds the components. Throws InputError for what
// the scenario does not have, and for a fault that its component cannot show.
Fault read_fault(const toml::table& node, std::size_t number, const Scenario& scenario);

}  // namespace dse
