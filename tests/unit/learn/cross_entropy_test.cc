#include "learn/cross_entropy.h"

#include <array>
#include <cmath>

#include "support/catch.h"

using namespace dse;

TEST_CASE("the prediction is the class of the greatest score, the lowest of equals") {
  const std::array scores{1.0F, 3.0F, 3.0F, -2.0F};
  const Prediction prediction = predict_from_scores(scores);
  CHECK(prediction.label == 1);
  const double sum = std::exp(1) + 2 * std::exp(3) + std::exp(-2);
  CHECK(prediction.confidence == Approx(std::exp(3) / sum));
}

TEST_CASE("scores of any size give a probability") {
  const std::array scores{1e30F, -1e30F};
  CHECK(predict_from_scores(scores).confidence == 1);
  CHECK(cross_entropy(scores, 0) == 0);
  CHECK(cross_entropy(scores, 1) == Approx(2e30));
}

TEST_CASE("deltas are the gradient of the cross entropy") {
  std::array scores{0.5F, -1.25F, 2.0F, 0.0F};
  for (int label = 0; label < 4; ++label) {
    std::array<float, 4> deltas{};
    cross_entropy_deltas(scores, label, 0.5F, deltas);
    for (std::size_t at = 0; at < scores.size(); ++at) {
      constexpr float kStep = 0x1p-8F;
      const float score = scores[at];
      scores[at] = score + kStep;
      const double above = cross_entropy(scores, label);
      scores[at] = score - kStep;
      const double below = cross_entropy(scores, label);
      scores[at] = score;
      CHECK(2 * static_cast<double>(deltas[at]) == Approx((above - below) / (2 * 0x1p-8)).margin(1e-5));
    }
  }
}
