// Compares gradients with central finite differences.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace dse {

// How far the gradient is from finite differences of `loss` by values[0 … count), over about `samples` of
// them: |difference| / |finite differences|, both as vectors. Infinite when all differences are zero.
inline double gradient_error(float* values, const float* gradients, std::size_t count, float step,
                             std::size_t samples, const std::function<double()>& loss) {
  double error = 0;
  double size = 0;
  const std::size_t stride = count / samples + 1;
  for (std::size_t at = 0; at < count; at += stride) {
    const float value = values[at];
    values[at] = value + step;
    const double above = loss();
    values[at] = value - step;
    const double below = loss();
    const double width = static_cast<double>(value + step) - static_cast<double>(value - step);
    values[at] = value;
    const double difference = (above - below) / width;
    error +=
        (difference - static_cast<double>(gradients[at])) * (difference - static_cast<double>(gradients[at]));
    size += difference * difference;
  }
  return std::sqrt(error / size);
}

}  // namespace dse
