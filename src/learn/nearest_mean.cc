#include "learn/nearest_mean.h"

#include <algorithm>

namespace dse {
namespace {

std::int64_t squared_norm(const std::uint8_t* pixels, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t at = 0; at < count; ++at) sum += std::int64_t{pixels[at]} * pixels[at];
  return sum;
}

}  // namespace

NearestMean::NearestMean(std::size_t pixels, std::size_t classes)
    : pixels_(pixels),
      counts_(classes),
      squared_norms_(classes),
      sums_(classes, std::vector<std::int32_t>(pixels)) {}

void NearestMean::add(const Example& example) {
  const auto label = static_cast<std::size_t>(example.label);
  squared_norms_[label] += 2 * dot_sum(label, example.pixels) + squared_norm(example.pixels, pixels_);
  ++counts_[label];
  for (std::size_t at = 0; at < pixels_; ++at) sums_[label][at] += example.pixels[at];
}

Prediction NearestMean::predict(const std::uint8_t* pixels, std::span<double> probabilities) const {
  const auto image_norm = static_cast<double>(squared_norm(pixels, pixels_));
  Prediction best{.label = 0, .confidence = 1 / static_cast<double>(counts_.size())};
  double best_share = 0;
  double shares = 0;
  std::fill(probabilities.begin(), probabilities.end(), 0.0);
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    if (counts_[label] == 0) continue;
    const auto count = static_cast<double>(counts_[label]);
    const double distance = image_norm - 2 * static_cast<double>(dot_sum(label, pixels)) / count +
                            static_cast<double>(squared_norms_[label]) / (count * count);
    // An image equal to its mean is not infinitely certain; one grey level squared is as near as it gets.
    const double share = 1 / std::max(distance, 1.0);
    shares += share;
    if (!probabilities.empty()) probabilities[label] = share;
    if (share <= best_share) continue;
    best_share = share;
    best.label = static_cast<int>(label);
  }
  if (shares > 0) best.confidence = best_share / shares;
  for (double& probability : probabilities) probability = shares > 0 ? probability / shares : best.confidence;
  return best;
}

void NearestMean::hash_state(Hasher& hasher) const {
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    hasher.add_i64(counts_[label]);
    hasher.add(std::as_bytes(std::span(sums_[label])));
  }
}

std::int64_t NearestMean::dot_sum(std::size_t label, const std::uint8_t* pixels) const {
  std::int64_t sum = 0;
  for (std::size_t at = 0; at < pixels_; ++at) sum += std::int64_t{pixels[at]} * sums_[label][at];
  return sum;
}

}  // namespace dse
