// Checks before a run whether a model can use what the scenario's own data sets send it, so that a
// scenario that cannot work is an error and not a run full of refused messages.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "dse/dataset.h"
#include "dse/learner.h"
#include "sim/scenario/scenario.h"

namespace dse {

using DatasetOf = std::function<std::shared_ptr<const Dataset>(const ComponentConfig& component)>;

// Throws InputError when a component sends the model an image of another size than the model's, a
// label that is not one of its classes, or labels later that it does not take. The messages that the
// component sends in a run with this seed are compared with the bindings that lead to the model. Images that
// another model passes on are checked too, where a binding takes everything that model writes; the labels it
// gives them are only known during the run. `dataset_of` returns null for a component that has no data set.
void require_fitting_data(const Scenario& scenario, const ComponentConfig& model, const Taken& taken,
                          std::uint64_t seed, const DatasetOf& dataset_of);

}  // namespace dse
