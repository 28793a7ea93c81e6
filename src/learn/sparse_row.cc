#include "learn/sparse_row.h"

#include <cstring>

namespace dse {

void SparseRow::gather(const float* values, std::size_t count) {
  reserve(count);
  std::size_t size = 0;
  // Writing always and advancing sometimes is faster than a branch that cannot be foreseen.
  for (std::size_t at = 0; at < count; ++at) {
    indices_[size] = static_cast<std::int32_t>(at);
    values_[size] = values[at];
    size += values[at] != 0.0F ? 1 : 0;
  }
  size_ = size;
}

void SparseRow::gather_pixels(const std::uint8_t* pixels, std::size_t count, float scale) {
  reserve(count);
  std::size_t size = 0;
  const auto gather_one = [&](std::size_t at) {
    indices_[size] = static_cast<std::int32_t>(at);
    values_[size] = scale * static_cast<float>(pixels[at]);
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

void SparseRow::reserve(std::size_t count) {
  if (values_.size() >= count + 1) return;
  indices_.resize(count + 1);
  values_.resize(count + 1);
}

}  // namespace dse
