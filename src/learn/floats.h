// Aligned storage for numbers that are processed eight at a time, or doubles four at a time. Values are zero
// at first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace dse {

inline constexpr std::size_t kLanes = 8;

// `count` rounded up to a multiple of kLanes.
constexpr std::size_t padded(std::size_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

inline constexpr std::size_t kDoubleLanes = 4;

// `count` rounded up to a multiple of kDoubleLanes.
constexpr std::size_t padded_doubles(std::size_t count) {
  return (count + kDoubleLanes - 1) / kDoubleLanes * kDoubleLanes;
}

// Storage begins at a multiple of 32 bytes, as Eigen's own does: the order of its sums depends on alignment.
template <typename Value>
struct LaneAllocator {
  using value_type = Value;
  static constexpr std::align_val_t kAlignment{kLanes * sizeof(float)};

  LaneAllocator() = default;
  template <typename Other>
  LaneAllocator(const LaneAllocator<Other>&) {}

  Value* allocate(std::size_t count) {
    return static_cast<Value*>(::operator new(count * sizeof(Value), kAlignment));
  }
  void deallocate(Value* values, std::size_t) { ::operator delete(values, kAlignment); }
  bool operator==(const LaneAllocator&) const { return true; }
};

using Floats = std::vector<float, LaneAllocator<float>>;
using Doubles = std::vector<double, LaneAllocator<double>>;
using Integers = std::vector<std::int32_t, LaneAllocator<std::int32_t>>;

}  // namespace dse
