// Makes the transform that a planted drift needs, for the data of one component.
#pragma once

#include <memory>
#include <string>

#include "concept_drift/item_transform.h"

namespace dse {

// `component` names the sender in errors. Throws InputError, at the drift's place, for what the data does not
// have: a rotation of a row, the name of a feature that is none, a class that is not there.
std::unique_ptr<ItemTransform> make_transform(const ConceptDrift& drift, const Dataset& dataset,
                                              const std::string& component);

}  // namespace dse
