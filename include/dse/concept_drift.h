// A planted change of what components send: from some time on, what their data means, or how it looks, is
// another concept than before. It is known where and when, so that one can see how models cope, and how soon
// a detector notices.
//
//   rotation       images are turned about their centre
//   shift          images are moved by whole pixels
//   noise          normal noise is added to each pixel
//   contrast       the distance of each pixel from the image's mean is multiplied
//   class-swap     two classes change their labels, and the truth with them
//   class-prior    items are left out, of each class with a probability of its own
//   feature-shift  a number is added to features of a table's rows
//   feature-scale  features of a table's rows are multiplied
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "dse/error.h"
#include "dse/time.h"

namespace dse {

enum class ConceptDriftKind {
  kRotation,
  kShift,
  kNoise,
  kContrast,
  kClassSwap,
  kClassPrior,
  kFeatureShift,
  kFeatureScale
};

enum class DriftTransition {
  kAbrupt,    // from `at_ns` on, all is of the new concept
  kGradual,   // around `at_ns`, ever more is of the new concept
  kRecurring  // from `at_ns` on, the new and the old concept take turns of `period_ns`
};

struct ConceptDrift {
  ConceptDriftKind kind = ConceptDriftKind::kRotation;
  std::vector<std::string> components = {};  // whose items drift; a name may stand for replicas
  std::string name = {};                     // for reports; "" if it has none
  bool on = true;                            // false: nothing drifts, as if it were not there

  DriftTransition transition = DriftTransition::kAbrupt;
  TimeNs at_ns = 0;      // when it begins; of one that takes a width of time, the middle
  TimeNs width_ns = 0;   // that of the sigmoid, see share_of_new_concept(); 0: an abrupt change
  TimeNs period_ns = 0;  // for kRecurring

  // What its kind needs.
  double degrees = 0;                      // kRotation: counter-clockwise
  std::array<std::int64_t, 2> by = {};     // kShift: rows down and columns to the right
  double deviation = 0;                    // kNoise: its standard deviation, in grey levels
  double factor = 1;                       // kContrast, kFeatureScale
  std::array<int, 2> classes = {};         // kClassSwap
  std::vector<double> weights = {};        // kClassPrior: with which probability an item of each class stays
  std::vector<std::string> features = {};  // kFeatureShift, kFeatureScale: their names; empty: all
  double added = 0;                        // kFeatureShift

  InputPlace place = {};  // where the scenario says what its kind needs, for errors

  // Known when the scenario is wired.
  std::size_t number = 0;   // its place in the scenario, from 0
  std::string stream = {};  // the purpose of the random stream from which each of its components draws

  // When the concept changes for the time of this number, from 0: to the new one when it is even, else back
  // to the old one. Empty when it does not change so often, or only after the end of virtual time.
  std::optional<TimeNs> change_ns(std::uint64_t change) const {
    if (change == 0) return at_ns;
    if (transition != DriftTransition::kRecurring || period_ns <= 0) return std::nullopt;
    const auto room = static_cast<std::uint64_t>((std::numeric_limits<TimeNs>::max() - at_ns) / period_ns);
    if (change > room) return std::nullopt;
    return at_ns + static_cast<TimeNs>(change) * period_ns;
  }
};

// The names in the order of ConceptDriftKind: "rotation", "shift" ...
const std::vector<std::string>& drift_names();
inline const std::string& drift_name(ConceptDriftKind kind) {
  return drift_names()[static_cast<std::size_t>(kind)];
}

// What a drift has made of an item of data.
enum class DriftEffect {
  kChanged,  // it is of the new concept
  kLeftOut,  // it is not sent
  kInfinite  // it is of the new concept, in which a number of it is too large for a float32
};
// Takes note of it. `drift` is ConceptDrift::number.
using DriftSink = std::function<void(std::size_t drift, DriftEffect effect)>;

// The probability with which an item that is sent at that time is of the new concept. Around a change at time
// p it is 1 / (1 + exp(-4 (t - p) / width)), as of the ConceptDriftStream of MOA (Bifet, Holmes, Kirkby and
// Pfahringer, "MOA: Massive Online Analysis", Journal of Machine Learning Research 11, 2010); without a width
// it is 0 or 1. When a drift recurs, the nearest change counts.
double share_of_new_concept(const ConceptDrift& drift, TimeNs time_ns);

}  // namespace dse
