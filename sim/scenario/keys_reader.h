// The keys of a scenario file's table.
#pragma once

#include "sim/scenario/scenario_keys.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Returns the keys of a table that has been read as a scenario without an error.
ScenarioKeys read_keys(const toml::table& root);

}  // namespace dse
