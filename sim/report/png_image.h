// Grey images as PNG.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace dse {

struct GreyImage {
  int rows = 0;
  int columns = 0;
  std::span<const std::byte> pixels;  // row-major, 0 is black
};

// The bytes of a PNG file of the image. Throws RunError.
std::string png_of(const GreyImage& image);

}  // namespace dse
