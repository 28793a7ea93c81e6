// Weights for faded sums, where every later example multiplies an example's weight by the fading factor
// (Gama, Sebastião and Rodrigues, "On evaluating stream learning algorithms", Machine Learning 90, 2013).
//
// To multiply all sums at every example would take time in the number of classes. Instead the newest example
// weighs more than the one before, by the factor's inverse, and only ratios of sums have a meaning. After at
// most 256 examples all sums are multiplied once, and the weights start again at 1. They are powers from
// exponential() and logarithm(), so every machine has the same; an error of rounding comes once per block and
// not once per example.
#pragma once

#include <cstddef>
#include <vector>

namespace dse {

class FadingWeights {
 public:
  // A factor above 0 and at most 1.
  explicit FadingWeights(double fading);

  // Whether all sums must be multiplied by restart() before the next example.
  bool at_end() const { return next_ == weights_.size(); }
  // Starts again at the weight 1, and returns what to multiply all sums by: more than 0.
  double restart();
  // The weight of the next example; not at the end.
  double next() { return weights_[next_++]; }
  // The weight of the newest example, once there is one.
  double newest() const { return weights_[next_ - 1]; }

 private:
  std::vector<double> weights_;
  double factor_ = 1;
  std::size_t next_ = 0;
};

}  // namespace dse
