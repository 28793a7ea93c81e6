// From scores to probabilities (softmax), and from probabilities to loss and gradient (cross entropy);
// Bishop, "Pattern Recognition and Machine Learning", 4.3.4. Pure functions.
#pragma once

#include <cstddef>
#include <span>

#include "dse/learner.h"

namespace dse {

// The most probable class by these scores (the lowest of equals) and its probability. `probabilities`
// receives that of each class, unless it is empty.
Prediction predict_from_scores(std::span<const float> scores, std::span<double> probabilities = {});

// Minus the logarithm of the probability of `label`.
double cross_entropy(std::span<const float> scores, int label);

// Writes scale * (probability - [class is label]) to deltas, scale times the gradient of cross_entropy with
// respect to the scores. deltas.size() == scores.size().
void cross_entropy_deltas(std::span<const float> scores, int label, float scale, std::span<float> deltas);

}  // namespace dse
