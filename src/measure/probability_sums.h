// Sums of scores of predictions with class probabilities, and the figures that they give.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "measure/probability_score.h"

namespace dse {

// Undefined without predictions that have probabilities.
struct ProbabilityFigures {
  double with_probabilities = 0;   // the number of these predictions, or their weight
  std::optional<double> log_loss;  // the mean of each of these (measure/probability_score.h)
  std::optional<double> brier_score;
  // The sum over all bins of confidence of |the share of right predictions - the mean confidence|, each with
  // the bin's share of all predictions (Guo et al., eq. 3).
  std::optional<double> expected_calibration_error;
};

__extension__ using ExactSum = __int128;

// Number is ExactSum, where an example weighs 1 and can be removed by adding it with -1, or double, where an
// example has any weight.
template <typename Number>
class ProbabilitySums {
 public:
  explicit ProbabilitySums(std::size_t bins) : gaps_(bins) {}

  void add(const ProbabilityScore& score, Number weight) {
    weight_ += weight;
    log_loss_ += weight * static_cast<Number>(score.log_loss);
    brier_ += weight * static_cast<Number>(score.brier);
    gaps_[score.bin] += weight * static_cast<Number>(score.gap);
  }
  // Multiplies every weight by the factor.
  void scale(double factor) {
    for (Number* sum : {&weight_, &log_loss_, &brier_}) *sum *= factor;
    for (Number& gap : gaps_) gap *= factor;
  }
  void clear() {
    for (Number* sum : {&weight_, &log_loss_, &brier_}) *sum = 0;
    for (Number& gap : gaps_) gap = 0;
  }

  // A weight below `weight_min` counts as none; 0 leaves out none.
  ProbabilityFigures figures(double weight_min = 0) const {
    ProbabilityFigures figures;
    const auto weight = static_cast<double>(weight_);
    if (weight == 0 || weight < weight_min) return figures;
    Number gaps = 0;
    for (const Number& gap : gaps_) gaps += gap < 0 ? -gap : gap;
    const auto mean = [weight](Number sum) { return static_cast<double>(sum) * kScoreUnit / weight; };
    figures.with_probabilities = weight;
    figures.log_loss = mean(log_loss_);
    figures.brier_score = mean(brier_);
    figures.expected_calibration_error = mean(gaps);
    return figures;
  }

 private:
  Number weight_ = 0;
  Number log_loss_ = 0;
  Number brier_ = 0;
  std::vector<Number> gaps_;  // by bin
};

}  // namespace dse
