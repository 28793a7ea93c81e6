// Whether a model can use what the scenario's own data sets send it; asked before the run, so that a scenario
// that cannot work is an error and not a run full of refused messages.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "dse/dataset.h"
#include "dse/learner.h"
#include "sim/scenario/scenario.h"

namespace dse {

using DatasetOf = std::function<std::shared_ptr<const Dataset>(const ComponentConfig& component)>;

// Throws InputError when a component sends the model an image of its data set that has another size, or a
// label that is none of its classes: the messages that it sends in a run with this seed are held against the
// bindings that lead to the model. Images that another model passes on are as well, where a binding takes all
// that it says; which labels it gives them is seen when they come. `dataset_of` gives null for a component
// that has no data set.
void require_fitting_data(const Scenario& scenario, const ComponentConfig& model,
                          const LearnerOptions& learner, std::uint64_t seed, const DatasetOf& dataset_of);

}  // namespace dse
