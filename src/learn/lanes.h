// Eight floats, or four doubles, that are processed together. Only for this folder's sources, which alone are
// compiled for processors with vector instructions; headers include learn/floats.h.
//
// Each operation rounds once, in the way IEEE 754 prescribes, so the results are the same with and without
// vector instructions.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "learn/floats.h"

#if defined(__FMA__)
#include <immintrin.h>
#endif

namespace dse {

using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
using LaneIntegers = std::int32_t __attribute__((vector_size(kLanes * sizeof(std::int32_t))));

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
inline float sum(const Lanes& a) { return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7])); }

using DoubleLanes = double __attribute__((vector_size(kDoubleLanes * sizeof(double))));

inline DoubleLanes load(const double* from) {
  DoubleLanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline void store(const DoubleLanes& lanes, double* to) { std::memcpy(to, &lanes, sizeof lanes); }

inline DoubleLanes broadcast(double value) { return DoubleLanes{value, value, value, value}; }

// The greater of the two in each lane.
inline DoubleLanes greater(const DoubleLanes& a, const DoubleLanes& b) {
#if defined(__FMA__)
  return _mm256_max_pd(a, b);
#else
  DoubleLanes result;
  for (std::size_t lane = 0; lane < kDoubleLanes; ++lane)
    result[lane] = a[lane] > b[lane] ? a[lane] : b[lane];
  return result;
#endif
}

inline DoubleLanes lesser(const DoubleLanes& a, const DoubleLanes& b) { return -greater(-a, -b); }

// The sum of the lanes, in a fixed order.
inline double sum(const DoubleLanes& a) { return (a[0] + a[2]) + (a[1] + a[3]); }

}  // namespace dse
