// Whether a planted drift makes sense in its scenario. What only its data can tell, such as the names of
// features, is checked when its component is made.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "dse/concept_drift.h"
#include "dse/error.h"
#include "sim/scenario/scenario.h"

namespace dse {

// The names in the order of ConceptDriftKind: "rotation", "shift" ...
const std::vector<std::string>& drift_names();
inline const std::string& drift_name(ConceptDriftKind kind) {
  return drift_names()[static_cast<std::size_t>(kind)];
}
// The names in the order of DriftTransition: "abrupt", "gradual", "recurring".
const std::vector<std::string>& transition_names();
inline const std::string& transition_name(DriftTransition transition) {
  return transition_names()[static_cast<std::size_t>(transition)];
}
// What reports call it: "rotation of camera (drift 0)", "'turn', rotation of camera and trainer".
std::string drift_title(const ConceptDrift& drift);

// What is wrong with its values on their own, whatever the scenario: the key ("width") and a sentence for
// human readers, "" if nothing is.
struct DriftMistake {
  std::string key;
  std::string text;
};
DriftMistake drift_mistake(const ConceptDrift& drift);

// Throws UnknownName when the scenario does not have one of the components, and InputError when one of them
// cannot drift, or nothing would before the run is over. `place_of` returns the place of a key.
void check_drift(const ConceptDrift& drift, const Scenario& scenario,
                 const std::function<InputPlace(const std::string& key)>& place_of);

}  // namespace dse
