// Whether an expectation makes sense in its scenario.
#pragma once

#include <functional>
#include <string>

#include "dse/error.h"
#include "dse/expectation.h"
#include "sim/scenario/scenario.h"

namespace dse {

// Where a key of the expectation is, or the expectation itself ("").
using PlaceOfKey = std::function<InputPlace(const std::string& key)>;

// Throws InputError when it expects nothing or something impossible, and UnknownName for a metric, resource
// or component that the scenario does not have.
void check_expectation(const Expectation& expectation, const Scenario& scenario, const PlaceOfKey& place);

}  // namespace dse
