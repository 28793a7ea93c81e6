// Brings every numeric feature to mean 0 and variance 1 by what was seen so far: the running mean and
// variance of each (Welford, "Note on a method for calculating corrected sums of squares and products",
// Technometrics 1962). The same bytes on every machine. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"

namespace dse {

class Standardiser {
 public:
  explicit Standardiser(std::size_t features) : features_(features), means_(features), squares_(features) {}

  // Takes one row into account; its values are finite.
  void update(std::span<const float> row);
  // Writes (value - mean) / sd of each feature to `out`, which has room for a row and may be the row itself.
  // sd is the square root of the variance, of divisor n. Where it is 0, or nothing was seen, 0 is written.
  void apply(std::span<const float> row, float* out) const;

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  std::size_t features_;
  std::uint64_t count_ = 0;
  Doubles means_;
  Doubles squares_;  // the sums of squared deviations from the mean
};

}  // namespace dse
