// What one prediction with class probabilities is worth, in fixed point: sums of it are exact, whatever the
// order, so that a window can drop an example and has the same bits as a sum of the examples that it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dse {

// Fixed-point numbers are multiples of this. 46 bits behind the point leave 17 before it, enough for the
// distance of 65,536 probabilities that are all 1; rounding changes a mean by at most 2^-47 < 10^-14.
inline constexpr double kScoreUnit = 0x1p-46;

struct ProbabilityScore {
  std::int64_t log_loss = 0;  // in units of kScoreUnit, like the next two
  std::int64_t brier = 0;
  std::int64_t gap = 0;   // 1 if the predicted label is right, else 0, less the confidence
  std::uint32_t bin = 0;  // that of the confidence
};

// Bins of confidences, of equal width: m, from 0, holds what is above m / count and at most (m + 1) / count;
// 0 is in the first (Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017,
// eq. 2, which says nothing of 0).
class ConfidenceBins {
 public:
  // From 1 to 1000 bins.
  explicit ConfidenceBins(std::size_t count);

  std::size_t count() const { return ends_.size(); }
  // The bin of a confidence in [0, 1].
  std::size_t bin(double confidence) const;

 private:
  std::vector<double> ends_;
};

// Whether each is in [0, 1]; false when there are none. What a learner does not tell is NaN.
bool are_probabilities(std::span<const double> numbers);

struct PredictedProbabilities {
  std::size_t truth = 0;
  std::size_t predicted = 0;
  // That of each label from 0 on, each in [0, 1]; they should add up to 1. Labels behind the last have the
  // probability 0.
  std::span<const double> probabilities;
};

// - log loss: -log of the true label's probability, after each probability is clipped to
//   [2^-52, 1 - 2^-52] and divided by the sum of them all: that of log_loss of scikit-learn 1.2 for float64,
//   whose eps is numpy.finfo(float64).eps.
// - Brier score: the squared distance of the probabilities from 1 for the true label and 0 for all others, in
//   [0, 2] (Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78,
//   1950).
// - gap and bin: of the predicted label's probability, its confidence, for the calibration error.
ProbabilityScore score_of(const PredictedProbabilities& one, const ConfidenceBins& bins);

}  // namespace dse
