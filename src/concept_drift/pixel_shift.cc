#include "concept_drift/pixel_shift.h"

namespace dse {

void PixelShift::transform(Pixels old_image, NewPixels new_image, RandomStream&) const {
  std::size_t at = 0;
  for (std::int64_t row = 0; row < size_.rows; ++row) {
    const std::int64_t from_row = row - by_[0];
    for (std::int64_t column = 0; column < size_.columns; ++column, ++at) {
      const std::int64_t from_column = column - by_[1];
      const bool inside =
          from_row >= 0 && from_row < size_.rows && from_column >= 0 && from_column < size_.columns;
      new_image[at] = inside ? old_image[static_cast<std::size_t>(from_row * size_.columns + from_column)]
                             : std::uint8_t{0};
    }
  }
}

}  // namespace dse
