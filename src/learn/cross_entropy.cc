#include "learn/cross_entropy.h"

#include <algorithm>

#include "core/elementary.h"

namespace dse {
namespace {

struct Normaliser {
  std::size_t best;
  double best_score;
  double sum;  // the sum of e^(score - best_score)
};

Normaliser normaliser_of(std::span<const float> scores) {
  const auto best = std::max_element(scores.begin(), scores.end());
  Normaliser result{static_cast<std::size_t>(best - scores.begin()), static_cast<double>(*best), 0};
  for (const float score : scores) result.sum += exponential(static_cast<double>(score) - result.best_score);
  return result;
}

}  // namespace

Prediction predict_from_scores(std::span<const float> scores, std::span<double> probabilities) {
  const Normaliser normaliser = normaliser_of(scores);
  for (std::size_t at = 0; at < probabilities.size(); ++at) {
    probabilities[at] = exponential(static_cast<double>(scores[at]) - normaliser.best_score) / normaliser.sum;
  }
  return {.label = static_cast<int>(normaliser.best), .confidence = 1 / normaliser.sum};
}

double cross_entropy(std::span<const float> scores, int label) {
  const Normaliser normaliser = normaliser_of(scores);
  const double score = static_cast<double>(scores[static_cast<std::size_t>(label)]);
  return logarithm(normaliser.sum) - (score - normaliser.best_score);
}

void cross_entropy_deltas(std::span<const float> scores, int label, float scale, std::span<float> deltas) {
  const Normaliser normaliser = normaliser_of(scores);
  for (std::size_t at = 0; at < scores.size(); ++at) {
    const double exponent = static_cast<double>(scores[at]) - normaliser.best_score;
    const double target = static_cast<int>(at) == label ? 1 : 0;
    deltas[at] = scale * static_cast<float>(exponential(exponent) / normaliser.sum - target);
  }
}

}  // namespace dse
