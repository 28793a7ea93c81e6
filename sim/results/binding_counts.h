// How many messages each binding of a run has passed, as JSON.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "dse/run_result.h"
#include "sim/scenario/scenario.h"

namespace dse {

// The binding with this place in TrafficCounts::passed.
const BindingSpec& binding_of(const Scenario& scenario, const TrafficCounts& traffic, std::size_t number);

// A list with an object for each binding, in the order of TrafficCounts::passed.
nlohmann::ordered_json bindings_json(const Scenario& scenario, const TrafficCounts& traffic);

}  // namespace dse
