// The entries of one row that are not zero: handwriting is mostly background, and half the outputs of a
// rectifier are zero. A row may be gathered anew any number of times. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "learn/floats.h"
#include "learn/pixel_table.h"

namespace dse {

class SparseRow {
 public:
  // Gathers the entries of values[0 … count).
  void gather(const float* values, std::size_t count);
  // Gathers the entries of pixels[0 … count), converted by `table`.
  void gather_pixels(const std::uint8_t* pixels, std::size_t count, const PixelTable& table);

  std::size_t size() const { return size_; }
  std::size_t index(std::size_t entry) const { return static_cast<std::size_t>(indices_[entry]); }
  float value(std::size_t entry) const { return values_[entry]; }

  // result = bias + the row times `weights`, a matrix with a row of `stride` floats for each index; stride is
  // a multiple of kLanes, and `stride` floats are read from bias and written. Sums follow the order of
  // indices.
  void multiply(const float* weights, std::size_t stride, const float* bias, float* result) const;

 private:
  void reserve(std::size_t count);
  template <std::size_t kVectors>
  void multiply_strip(const float* weights, std::size_t stride, const float* bias, float* result) const;

  std::size_t size_ = 0;
  Integers indices_;
  Floats values_;
};

}  // namespace dse
