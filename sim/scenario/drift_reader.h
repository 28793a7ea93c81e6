// Reads the [[drift]] tables of a scenario.
#pragma once

#include <cstddef>

#include "dse/concept_drift.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Drift number `number` of the file, from 0. `scenario` holds the components and the drifts before it. Throws
// InputError for what the scenario does not have, and for a drift that makes no sense.
ConceptDrift read_drift(const toml::table& node, std::size_t number, const Scenario& scenario);

}  // namespace dse
