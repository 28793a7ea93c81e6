// Whether a model can use what the scenario's own data sets send it; asked before the run, so that a scenario
// that cannot work is an error and not a run full of refused messages.
#pragma once

#include <functional>
#include <memory>

#include "dataset/dataset.h"
#include "learn/learner.h"
#include "sim/scenario/scenario.h"

namespace dse {

using DatasetOf = std::function<std::shared_ptr<const Dataset>(const ComponentConfig& component)>;

// Throws InputError when a generator or source certainly sends the model an image of another size, or a label
// that is none of its classes: the messages are held against the bindings that lead to the model. What a
// generator may leave out (a shuffled one with a `limit`) and what other models forward is seen when it
// comes.
void require_fitting_data(const Scenario& scenario, const ComponentConfig& model,
                          const LearnerOptions& learner, const DatasetOf& dataset_of);

}  // namespace dse
