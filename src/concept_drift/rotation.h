// Turns images about their centre, with bilinear interpolation. What comes from outside the image is 0.
#pragma once

#include <cstdint>

#include "concept_drift/image_transform.h"

namespace dse {

class Rotation : public ImageTransform {
 public:
  // No side is longer than this.
  static constexpr std::int64_t kSideMax = 65'535;

  // Counter-clockwise. Multiples of 90 degrees move whole pixels of a square image.
  Rotation(ImageSize size, double degrees);

  void transform(Pixels old_image, NewPixels new_image, RandomStream& random) const override;

 private:
  std::uint8_t pixel_at(Pixels image, std::int64_t row, std::int64_t column) const;

  ImageSize size_;
  std::int64_t sine_;  // both in fixed point
  std::int64_t cosine_;
};

}  // namespace dse
