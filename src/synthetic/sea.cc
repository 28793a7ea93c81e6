#include "synthetic/sea.h"

#include <array>
#include <memory>

#include "core/check.h"
#include "synthetic/half_draws.h"

namespace dse {
namespace {

constexpr std::array kThresholds = {8.0, 9.0, 7.0, 9.5};
constexpr std::size_t kSeaFeatures = 3;
constexpr double kSeaMost = 10;

double threshold_of(int variant) {
  DSE_CHECK(variant >= 0 && variant < static_cast<int>(kThresholds.size()), "variant {} of sea", variant);
  return kThresholds[static_cast<std::size_t>(variant)];
}

}  // namespace

Sea::Sea(const SeaOptions& options, const StreamRandom& random)
    : SyntheticStream(numbered_names("f", kSeaFeatures), {"at-most", "above"}),
      threshold_(threshold_of(options.variant)),
      noise_(options.noise),
      features_random_(random.features),
      noise_random_(random.noise) {}

int Sea::next(std::span<float> features) {
  DSE_CHECK(features.size() == kSeaFeatures, "{} places for {} features", features.size(), kSeaFeatures);
  HalfDraws draws(features_random_);
  for (float& feature : features) feature = static_cast<float>(draws.between(0, kSeaMost));
  const bool above = static_cast<double>(features[0]) + static_cast<double>(features[1]) > threshold_;
  const bool flipped = noise_ > 0 && HalfDraws(noise_random_).happens(noise_);
  return above != flipped ? 1 : 0;
}

SyntheticStreamInfo sea_stream() {
  SyntheticStreamInfo info = {
      .name = "sea",
      .meaning = "The sum of two features is at most a threshold, or above it; a third means nothing.",
      .source =
          "Street and Kim, A streaming ensemble algorithm (SEA) for large-scale classification, KDD 2001",
      .options = {{.key = {.name = "variant",
                           .type = KeyType::kInteger,
                           .fallback = std::int64_t{0},
                           .range = {0, 3},
                           .meaning = "the threshold: 8, 9, 7 or 9.5"},
                   .source = "the paper's four concepts; numbered as in River, in MOA from 1"},
                  {.key = {.name = "noise",
                           .type = KeyType::kNumber,
                           .fallback = 0.1,
                           .meaning = "the probability that a label is flipped"},
                   .source = "the paper and MOA; River's default is 0"}}};
  info.make = [name = info.name, options = info.options](const StreamValues& values,
                                                         const StreamRandom& random) {
    const StreamOptionReader read(name, options, values);
    return std::make_unique<Sea>(
        SeaOptions{.variant = read.integer("variant"), .noise = read.number("noise")}, random);
  };
  return info;
}

}  // namespace dse
