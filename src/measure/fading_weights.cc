#include "measure/fading_weights.h"

#include <algorithm>

#include "core/check.h"
#include "core/elementary.h"

namespace dse {
namespace {

constexpr double kLogMax = 64;  // e^64 times the sums of a long stream is far from the greatest double
constexpr double kBlockMax = 256;

}  // namespace

FadingWeights::FadingWeights(double fading) : weights_{1}, factor_(fading) {
  DSE_CHECK(fading > 0 && fading <= 1, "a fading of {}", fading);
  if (fading < 0x1p-64) return;  // each example is a block; logarithm() has no subnormals
  const double growth = -logarithm(fading);
  const double block = std::clamp(kLogMax / std::max(growth, kLogMax / kBlockMax), 1.0, kBlockMax);
  const auto size = static_cast<std::size_t>(block);
  if (size == 1) return;
  for (std::size_t at = 1; at < size; ++at) weights_.push_back(exponential(static_cast<double>(at) * growth));
  factor_ = exponential(static_cast<double>(size) * -growth);
}

double FadingWeights::restart() {
  next_ = 0;
  return factor_;
}

}  // namespace dse
