// Multiplies the distance of each pixel from the mean of its image, and cuts off what is below 0 or above
// 255, as the corruption "contrast" of Hendrycks and Dietterich, "Benchmarking neural network robustness to
// common corruptions and perturbations", ICLR 2019.
#pragma once

#include <cstdint>

#include "concept_drift/image_transform.h"

namespace dse {

class Contrast : public ImageTransform {
 public:
  // At least 0, and at most 255; below 1 the image has less contrast than before.
  explicit Contrast(double factor);

  void transform(Pixels old_image, NewPixels new_image, RandomStream& random) const override;

 private:
  std::int64_t factor_;  // in fixed point
};

}  // namespace dse
