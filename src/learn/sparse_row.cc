#include "learn/sparse_row.h"

#include <cstring>

#include "learn/lanes.h"

namespace dse {

void SparseRow::gather(const float* values, std::size_t count) {
  reserve(count);
  std::size_t size = 0;
  // Always writing and only sometimes advancing is faster than a branch that cannot be predicted.
  for (std::size_t at = 0; at < count; ++at) {
    indices_[size] = static_cast<std::int32_t>(at);
    values_[size] = values[at];
    size += values[at] != 0.0F ? 1 : 0;
  }
  size_ = size;
}

void SparseRow::gather_pixels(const std::uint8_t* pixels, std::size_t count, const PixelTable& table) {
  reserve(count);
  std::size_t size = 0;
  const auto gather_one = [&](std::size_t at) {
    indices_[size] = static_cast<std::int32_t>(at);
    values_[size] = table[pixels[at]];
    size += pixels[at] != 0 ? 1 : 0;
  };
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= count; at += sizeof eight) {
    std::memcpy(&eight, pixels + at, sizeof eight);
    if (eight == 0) continue;
    for (std::size_t offset = 0; offset < sizeof eight; ++offset) gather_one(at + offset);
  }
  for (; at < count; ++at) gather_one(at);
  size_ = size;
}

void SparseRow::multiply(const float* weights, std::size_t stride, const float* bias, float* result) const {
  std::size_t at = 0;
  const auto strips_of = [&]<std::size_t kVectors>() {
    for (; at + kVectors * kLanes <= stride; at += kVectors * kLanes) {
      multiply_strip<kVectors>(weights + at, stride, bias + at, result + at);
    }
  };
  strips_of.operator()<8>();
  strips_of.operator()<4>();
  strips_of.operator()<2>();
  strips_of.operator()<1>();
}

// Multiplies kVectors * kLanes columns, whose sums stay in registers.
template <std::size_t kVectors>
void SparseRow::multiply_strip(const float* weights, std::size_t stride, const float* bias,
                               float* result) const {
  Lanes sums[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) sums[v] = load(bias + v * kLanes);
  for (std::size_t entry = 0; entry < size_; ++entry) {
    const float* row = weights + index(entry) * stride;
    const Lanes entry_value = broadcast(values_[entry]);
    for (std::size_t v = 0; v < kVectors; ++v) {
      sums[v] = multiply_add(entry_value, load(row + v * kLanes), sums[v]);
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) store(sums[v], result + v * kLanes);
}

void SparseRow::reserve(std::size_t count) {
  if (values_.size() >= count + 1) return;
  indices_.resize(count + 1);
  values_.resize(count + 1);
}

}  // namespace dse
