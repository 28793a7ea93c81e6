#include "concept_drift/pixel_noise.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/elementary.h"

namespace dse {
namespace {

// The z of a standard normal variable for which P(Z <= z) is that, from 0.5 to 1 - 1e-6: found by halving an
// interval, because normal_cumulative() gives the same bits everywhere.
double normal_quantile(double probability) {
  constexpr int kHalvings = 52;
  double least = 0;
  double most = 5;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (least + most) / 2;
    (normal_cumulative(middle) < probability ? least : most) = middle;
  }
  return (least + most) / 2;
}

// The upper half of `count` quantiles, each in the middle of its share. The lower half is its mirror image.
std::vector<double> upper_quantiles(std::size_t count) {
  std::vector<double> quantiles;
  for (std::size_t at = count / 2; at < count; ++at)
    quantiles.push_back(normal_quantile((static_cast<double>(at) + 0.5) / static_cast<double>(count)));
  return quantiles;
}

}  // namespace

PixelNoise::PixelNoise(double deviation) {
  static const std::vector<double> upper = upper_quantiles(std::tuple_size_v<decltype(added_)>);
  for (std::size_t at = 0; at < upper.size(); ++at) {
    const auto levels = static_cast<std::int16_t>(std::floor(upper[at] * deviation + 0.5));
    added_[upper.size() + at] = levels;
    added_[upper.size() - 1 - at] = static_cast<std::int16_t>(-levels);
  }
}

void PixelNoise::transform(Pixels old_image, NewPixels new_image, RandomStream& random) const {
  constexpr int kBitsOfDraw = 64;
  std::uint64_t drawn = 0;
  int left = 0;
  for (std::size_t at = 0; at < old_image.size(); ++at) {
    if (left < kDrawnBits) {
      drawn = random.next_u64();
      left = kBitsOfDraw;
    }
    const int level = old_image[at] + added_[drawn % added_.size()];
    new_image[at] = static_cast<std::uint8_t>(std::clamp(level, 0, 255));
    drawn >>= kDrawnBits;
    left -= kDrawnBits;
  }
}

}  // namespace dse
