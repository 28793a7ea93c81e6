// Adds normal noise to each pixel, and cuts off what is below 0 or above 255.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "concept_drift/image_transform.h"

namespace dse {

class PixelNoise : public ImageTransform {
 public:
  // The standard deviation is in grey levels. What is added is one of 4096 quantiles of the normal
  // distribution, drawn anew for each pixel and rounded to a whole grey level; so none is further out than
  // 3.7 deviations.
  explicit PixelNoise(double deviation);

  void transform(Pixels old_image, NewPixels new_image, RandomStream& random) const override;

 private:
  static constexpr int kDrawnBits = 12;  // each pixel takes so many of 64
  std::array<std::int16_t, std::size_t{1} << kDrawnBits> added_{};
};

}  // namespace dse
