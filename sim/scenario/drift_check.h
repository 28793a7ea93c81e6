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

// The names in the order of DriftTransition: "abrupt", "gradual", "recurring".
const std::vector<std::string>& transition_names();
inline const std::string& transition_name(DriftTransition transition) {
  return transition_names()[static_cast<std::size_t>(transition)];
}
// What reports call the drift with this number, from 0: "rotation of camera (drift 0)", "'turn', rotation of
// camera and trainer".
std::string drift_title(const ConceptDrift& drift, std::size_t number);
// When its concept changes, for human readers: "at 10s", "at 10s, over 2s", "at 10s, then every 5s".
std::string drift_times(const ConceptDrift& drift);

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
