// Moves images by whole pixels. What comes from outside the image is 0.
#pragma once

#include <array>
#include <cstdint>

#include "concept_drift/image_transform.h"

namespace dse {

class PixelShift : public ImageTransform {
 public:
  // By so many rows down and columns to the right; negative: up and to the left.
  PixelShift(ImageSize size, std::array<std::int64_t, 2> by) : size_(size), by_(by) {}

  void transform(Pixels old_image, NewPixels new_image, RandomStream& random) const override;

 private:
  ImageSize size_;
  std::array<std::int64_t, 2> by_;
};

}  // namespace dse
