#include "concept_drift/rotation.h"

#include <cmath>

#include "core/check.h"
#include "core/elementary.h"

namespace dse {
namespace {

// Sine and cosine have so many bits behind the point. All that follows is integer arithmetic, so that the
// pixels are the same everywhere.
constexpr int kSineBits = 30;
// A position is twice a pixel's number, so it has one bit more behind its point. The upper ones of these
// weigh the neighbours.
constexpr int kWeightBits = 16;
constexpr int kBitsDropped = kSineBits + 1 - kWeightBits;
constexpr std::int64_t kWeightOne = std::int64_t{1} << kWeightBits;

std::int64_t fixed(double value) {
  return static_cast<std::int64_t>(
      std::floor(value * static_cast<double>(std::int64_t{1} << kSineBits) + 0.5));
}

struct Position {
  explicit Position(std::int64_t twice)
      : whole(twice >> (kSineBits + 1)), part((twice >> kBitsDropped) & (kWeightOne - 1)) {}

  std::int64_t whole;
  std::int64_t part;  // the rest, as a part of a pixel
};

}  // namespace

Rotation::Rotation(ImageSize size, double degrees)
    : size_(size), sine_(fixed(sine_of_degrees(degrees))), cosine_(fixed(cosine_of_degrees(degrees))) {
  DSE_CHECK(size.rows <= kSideMax && size.columns <= kSideMax, "an image of {} x {} is too large to turn",
            size.rows, size.columns);
}

// Each new pixel is looked up where it was before: at its own place, turned back about the centre. Places are
// doubled, so that the centre of an even number of pixels is an integer as well.
void Rotation::transform(Pixels old_image, NewPixels new_image, RandomStream&) const {
  std::size_t at = 0;
  for (std::int64_t row = 0; row < size_.rows; ++row) {
    const std::int64_t down = 2 * row - (size_.rows - 1);
    for (std::int64_t column = 0; column < size_.columns; ++column, ++at) {
      const std::int64_t right = 2 * column - (size_.columns - 1);
      const Position y(sine_ * right + cosine_ * down + ((size_.rows - 1) << kSineBits));
      const Position x(cosine_ * right - sine_ * down + ((size_.columns - 1) << kSineBits));
      const std::int64_t upper = pixel_at(old_image, y.whole, x.whole) * (kWeightOne - x.part) +
                                 pixel_at(old_image, y.whole, x.whole + 1) * x.part;
      const std::int64_t lower = pixel_at(old_image, y.whole + 1, x.whole) * (kWeightOne - x.part) +
                                 pixel_at(old_image, y.whole + 1, x.whole + 1) * x.part;
      const std::int64_t value = upper * (kWeightOne - y.part) + lower * y.part;
      new_image[at] = static_cast<std::uint8_t>((value + (std::int64_t{1} << (2 * kWeightBits - 1))) >>
                                                (2 * kWeightBits));
    }
  }
}

std::uint8_t Rotation::pixel_at(Pixels image, std::int64_t row, std::int64_t column) const {
  if (row < 0 || column < 0 || row >= size_.rows || column >= size_.columns) return 0;
  return image[static_cast<std::size_t>(row * size_.columns + column)];
}

}  // namespace dse
