// The drift detectors, by name: an explicit table.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drift/drift_detector.h"
#include "dse/key_info.h"

namespace dse {

// The values of parameters, by name; those that are not there have their defaults.
using DetectorParameters = std::map<std::string, KeyValue>;

struct DriftDetectorInfo {
  std::string name;
  std::string meaning;  // for human readers: a sentence
  bool warns = false;   // whether it ever says kWarning
  // The values that it takes; none is NaN.
  double least = -kDriftValueMax;
  double most = kDriftValueMax;
  std::vector<KeyInfo> parameters;  // integers, numbers, flags and choices, each with a fallback
  // A new detector. Throws std::invalid_argument, with a sentence for the user, when a parameter is out of
  // its range, and UsageError when it is of another type.
  std::function<std::unique_ptr<DriftDetector>(const DetectorParameters& parameters)> make;
};

// ADWIN, DDM and Page-Hinkley: "adwin", "ddm", "page-hinkley".
const std::vector<DriftDetectorInfo>& built_in_drift_detectors();

}  // namespace dse
