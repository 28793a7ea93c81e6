// Drift detectors watch a stream of numbers, such as a model's errors, and say when it is no longer what it
// was. Pure arithmetic: the same values give the same answers and the same bytes on every machine. A detector
// is used by one thread at a time.
#pragma once

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"

namespace dse {

enum class DriftState {
  kNone,
  kWarning,  // something may be changing; only some detectors tell
  kDrift,    // the stream has changed
};

// The largest magnitude of a value: below it, no sum of squares overflows.
inline constexpr double kDriftValueMax = 1e100;

class DriftDetector {
 public:
  virtual ~DriftDetector() = default;

  // Takes the next value, of a magnitude of at most kDriftValueMax, and returns the state after it. What a
  // detector remembers after a drift, and which other values it refuses, its own header says.
  virtual DriftState update(double value) = 0;

  // The mean of the values that it remembers; 0 of none.
  virtual double mean() const = 0;

  // Forgets all values, as if it had just been made.
  virtual void reset() = 0;

  // Writes all that decides later states.
  virtual void save_state(StateWriter& writer) const = 0;
  // Forgets all values, and goes on exactly like the detector with the same options that wrote this. Throws
  // InputError for what no such detector writes; this one must then be reset.
  virtual void load_state(StateReader& reader) = 0;

  // Adds all that save_state writes to `hasher`.
  void hash_state(Hasher& hasher) const;
};

}  // namespace dse
