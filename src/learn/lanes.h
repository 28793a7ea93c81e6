// Eight floats that are computed on together, and aligned storage for many of them.
//
// Each operation rounds once, in the way IEEE 754 prescribes, so the results are the same with and without
// vector instructions.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#if defined(__FMA__)
#include <immintrin.h>
#endif

namespace dse {

inline constexpr std::size_t kLanes = 8;

using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
using LaneIntegers = std::int32_t __attribute__((vector_size(kLanes * sizeof(std::int32_t))));

// `count` rounded up to whole Lanes.
constexpr std::size_t padded(std::size_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

// Storage begins at a multiple of 32 bytes, as Eigen's own does: the order of its sums follows alignment.
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
using Integers = std::vector<std::int32_t, LaneAllocator<std::int32_t>>;

inline Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline void store(const Lanes& lanes, float* to) { std::memcpy(to, &lanes, sizeof lanes); }
inline void store(const LaneIntegers& lanes, std::int32_t* to) { std::memcpy(to, &lanes, sizeof lanes); }

inline Lanes broadcast(float value) { return Lanes{value, value, value, value, value, value, value, value}; }

inline LaneIntegers broadcast(std::int32_t value) {
  return LaneIntegers{value, value, value, value, value, value, value, value};
}

// a * b + c, rounded once.
inline Lanes multiply_add(const Lanes& a, const Lanes& b, const Lanes& c) {
#if defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#else
  Lanes result;
  for (std::size_t lane = 0; lane < kLanes; ++lane) result[lane] = std::fma(a[lane], b[lane], c[lane]);
  return result;
#endif
}

// Correctly rounded square roots; never the processor's approximate ones.
inline Lanes square_root(const Lanes& a) {
#if defined(__FMA__)
  return _mm256_sqrt_ps(a);
#else
  Lanes result;
  for (std::size_t lane = 0; lane < kLanes; ++lane) result[lane] = std::sqrt(a[lane]);
  return result;
#endif
}

// The sum of the lanes, in a fixed order.
inline float sum(const Lanes& a) {
  return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

}  // namespace dse
