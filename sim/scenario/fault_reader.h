// Reads the [[fault]] tables of a scenario.
#pragma once

#include <cstddef>

#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Reads fault number `number` of the file, from 0, into `fault`, its name first. `scenario` holds the
// components. Throws InputError for what the scenario does not have, and for a fault that its component
// cannot show.
void read_fault(const toml::table& node, std::size_t number, const Scenario& scenario, Fault& fault);

}  // namespace dse
