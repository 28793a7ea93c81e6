// Reads the [[expect]] tables of a scenario.
#pragma once

#include <cstddef>

#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// The expectation number `number` of the file, from 0. `scenario` holds everything that the expectation may
// name. Throws InputError for keys of two forms in one table, and for what the scenario does not have.
Expectation read_expectation(const toml::table& node, std::size_t number, const Scenario& scenario);

}  // namespace dse
