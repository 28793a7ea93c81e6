#include "concept_drift/contrast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace dse {
namespace {

constexpr int kPointBits = 16;  // behind the point of the factor and of the mean
constexpr std::int64_t kPointOne = std::int64_t{1} << kPointBits;
constexpr std::int64_t kLevels = 256;

}  // namespace

Contrast::Contrast(double factor)
    : factor_(static_cast<std::int64_t>(std::floor(factor * static_cast<double>(kPointOne) + 0.5))) {}

void Contrast::transform(Pixels old_image, NewPixels new_image, RandomStream&) const {
  if (old_image.empty()) return;
  const std::int64_t sum = std::accumulate(old_image.begin(), old_image.end(), std::int64_t{0});
  const std::int64_t mean = sum * kPointOne / static_cast<std::int64_t>(old_image.size());
  std::array<std::uint8_t, kLevels> levels{};
  for (std::int64_t level = 0; level < kLevels; ++level) {
    const std::int64_t value = mean * kPointOne + factor_ * (level * kPointOne - mean);
    const std::int64_t rounded = (value + (std::int64_t{1} << (2 * kPointBits - 1))) >> (2 * kPointBits);
    levels[static_cast<std::size_t>(level)] =
        static_cast<std::uint8_t>(std::clamp<std::int64_t>(rounded, 0, kLevels - 1));
  }
  std::transform(old_image.begin(), old_image.end(), new_image.begin(),
                 [&levels](std::uint8_t level) { return levels[level]; });
}

}  // namespace dse
