#include "measure/probability_score.h"

#include <array>
#include <cmath>

#include "measure/probability_sums.h"
#include "support/catch.h"

using namespace dse;
using Catch::Matchers::WithinAbs;

namespace {

ProbabilityScore score(std::size_t truth, std::size_t predicted, std::vector<double> probabilities) {
  return score_of({truth, predicted, probabilities}, ConfidenceBins(15));
}

double number(std::int64_t fixed) { return static_cast<double>(fixed) * kScoreUnit; }

}  // namespace

TEST_CASE("bins of confidence are closed on the right") {
  for (const std::size_t count : std::vector<std::size_t>{1, 2, 3, 7, 10, 15, 49, 1000}) {
    CAPTURE(count);
    const ConfidenceBins bins(count);
    CHECK(bins.bin(0) == 0);
    for (std::size_t bin = 0; bin < count; ++bin) {
      const double end = static_cast<double>(bin + 1) / static_cast<double>(count);
      CAPTURE(bin);
      CHECK(bins.bin(end) == bin);
      CHECK(bins.bin(std::nextafter(end, 0)) == bin);
      if (bin + 1 < count) CHECK(bins.bin(std::nextafter(end, 1)) == bin + 1);
    }
  }
}

TEST_CASE("log loss is that of the true label, clipped and made to add up to 1") {
  CHECK_THAT(number(score(1, 0, {0.5, 0.25, 0.25}).log_loss), WithinAbs(std::log(4), 1e-13));
  CHECK_THAT(number(score(1, 0, {1, 0.5, 0.5}).log_loss), WithinAbs(std::log(4), 1e-13));
  CHECK(score(0, 0, {1, 0}).log_loss == 0);
  CHECK_THAT(number(score(1, 0, {1, 0}).log_loss), WithinAbs(52 * std::log(2), 1e-13));
  CHECK_THAT(number(score(1, 0, {1}).log_loss), WithinAbs(52 * std::log(2), 1e-13));  // it says nothing of 1
}

TEST_CASE("the Brier score is the squared distance to the truth, from 0 to 2") {
  CHECK(number(score(0, 0, {1, 0, 0}).brier) == 0);
  CHECK(number(score(1, 0, {1, 0, 0}).brier) == 2);
  CHECK(number(score(2, 0, {1, 0}).brier) == 2);
  CHECK(number(score(1, 0, {0.5, 0.25, 0.25}).brier) == 0.25 + 0.5625 + 0.0625);
}

TEST_CASE("the gap is between being right and the confidence in what was predicted") {
  CHECK(number(score(0, 0, {0.75, 0.25}).gap) == 0.25);
  CHECK(number(score(1, 0, {0.75, 0.25}).gap) == -0.75);
  CHECK(number(score(1, 1, {0.75, 0.25}).gap) == 0.75);
  CHECK(score(0, 0, {0.75, 0.25}).bin == 11);
  CHECK(score(1, 1, {0.75, 0.25}).bin == 3);
  CHECK(score(2, 2, {0.75, 0.25}).bin == 0);
}

TEST_CASE("a sum of scores forgets exactly what is removed") {
  ProbabilitySums<ExactSum> sums(15);
  sums.add(score(0, 0, {0.7, 0.3}), 1);
  const ProbabilityFigures before = sums.figures();
  const ProbabilityScore great = score(1, 0, {1, 0});
  for (int at = 0; at < 1'000; ++at) sums.add(great, 1);
  for (int at = 0; at < 1'000; ++at) sums.add(great, -1);
  CHECK(sums.figures().with_probabilities == 1);
  CHECK(sums.figures().log_loss == before.log_loss);
  CHECK(sums.figures().brier_score == before.brier_score);
  CHECK(sums.figures().expected_calibration_error == before.expected_calibration_error);
  sums.add(score(0, 0, {0.7, 0.3}), -1);
  CHECK_FALSE(sums.figures().log_loss);
}

TEST_CASE("the calibration error weighs each bin's distance by its predictions") {
  ProbabilitySums<ExactSum> sums(15);
  for (int at = 0; at < 4; ++at) sums.add(score(at == 0 ? 0 : 1, 0, {0.75, 0.25}), 1);  // a quarter is right
  for (int at = 0; at < 12; ++at) sums.add(score(0, 0, {1, 0}), 1);
  CHECK(sums.figures().expected_calibration_error == 0.5 * 4 / 16);
}
