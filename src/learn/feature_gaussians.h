// What the examples of one class tell of each numeric feature: its mean and variance (Welford, Technometrics
// 1962), its least and its greatest value. It approximates how many of the examples lie below a value, and
// the density at a row, by a normal distribution: the Gaussian observer of Hoeffding trees (Pfahringer,
// Holmes and Kirkby, "Handling numeric attributes in Hoeffding trees", PAKDD 2008). One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"

namespace dse {

class FeatureGaussians {
 public:
  // The most examples: more than any stream has, yet few enough that every count is exact as a double.
  static constexpr std::uint64_t kExamplesMax = std::uint64_t{1} << 50;

  // How many bytes one of that many features takes once it has an example; before, next to none.
  static std::size_t bytes(std::size_t features);

  explicit FeatureGaussians(std::size_t features) : features_(features), stride_(padded_doubles(features)) {}

  // `row` holds finite values that are floats, and 0 from the last feature to padded_doubles(features).
  void add(const double* row);
  std::uint64_t count() const { return count_; }

  // These need at least one example.
  double minimum(std::size_t feature) const { return part(kMinimum)[feature]; }
  double maximum(std::size_t feature) const { return part(kMaximum)[feature]; }
  // How many of the examples have at most this value: exact outside of the range that was seen, and within it
  // by the normal distribution with the sample's mean and variance (of divisor n - 1).
  double count_up_to(double value, std::size_t feature) const;
  // The logarithm of the density at `row`, of independent normal features (learn/independent_normals.h).
  double log_density(const double* row);

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  // Where in values_ each part is, in units of the stride.
  enum Part : std::size_t { kMean, kSquares, kMinimum, kMaximum, kScale, kParts };

  double* part(Part which) { return values_.data() + which * stride_; }
  const double* part(Part which) const { return values_.data() + which * stride_; }
  double variance(std::size_t feature) const;
  void prepare();
  void require_possible(StateReader& reader) const;

  std::size_t features_;
  std::size_t stride_;
  std::uint64_t count_ = 0;
  // The mean; the sum of squared deviations from it; the extremes; and what prepare_density makes.
  Doubles values_;
  double constant_ = 0;
  bool prepared_ = false;
};

}  // namespace dse
