#include "measure/probability_score.h"

#include <algorithm>

#include "core/check.h"
#include "core/elementary.h"

namespace dse {
namespace {

constexpr double kClip = 0x1p-52;

double clipped(double probability) { return std::clamp(probability, kClip, 1 - kClip); }

// The number must not be negative.
std::int64_t fixed(double number) { return static_cast<std::int64_t>(number / kScoreUnit + 0.5); }

}  // namespace

ConfidenceBins::ConfidenceBins(std::size_t count) {
  DSE_CHECK(count >= 1 && count <= 1000, "{} bins", count);
  for (std::size_t bin = 0; bin < count; ++bin)
    ends_.push_back(static_cast<double>(bin + 1) / static_cast<double>(count));
}

std::size_t ConfidenceBins::bin(double confidence) const {
  // The product is rounded, so near an end it may be in the bin beside.
  auto bin = std::min(static_cast<std::size_t>(confidence * static_cast<double>(count())), count() - 1);
  if (confidence > ends_[bin]) ++bin;
  if (bin > 0 && confidence <= ends_[bin - 1]) --bin;
  return bin;
}

bool are_probabilities(std::span<const double> numbers) {
  const auto is_probability = [](double number) { return number >= 0 && number <= 1; };
  return !numbers.empty() && std::all_of(numbers.begin(), numbers.end(), is_probability);
}

ProbabilityScore score_of(const PredictedProbabilities& one, const ConfidenceBins& bins) {
  const std::span<const double> probabilities = one.probabilities;
  double clipped_sum = 0;
  double distance = 0;
  bool valid = true;
  for (std::size_t label = 0; label < probabilities.size(); ++label) {
    const double probability = probabilities[label];
    valid &= probability >= 0 && probability <= 1;
    clipped_sum += clipped(probability);
    const double difference = label == one.truth ? 1 - probability : probability;
    distance += difference * difference;
  }
  DSE_CHECK(valid, "a probability is not in [0, 1]");
  double of_truth = 0;
  if (one.truth < probabilities.size()) {
    of_truth = probabilities[one.truth];
  } else {
    clipped_sum += kClip;
    distance += 1;
  }
  const double confidence = one.predicted < probabilities.size() ? probabilities[one.predicted] : 0;
  ProbabilityScore score;
  score.log_loss = fixed(std::max(0.0, -logarithm(clipped(of_truth) / clipped_sum)));
  score.brier = fixed(distance);
  score.gap = (one.truth == one.predicted ? fixed(1) : 0) - fixed(confidence);
  score.bin = static_cast<std::uint32_t>(bins.bin(confidence));
  return score;
}

}  // namespace dse
