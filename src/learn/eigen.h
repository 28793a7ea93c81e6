// Eigen, configured so that every machine gives the same bytes. Sources of this folder include this instead
// of Eigen's own headers; no header includes it.
//
// EIGEN_FAST_MATH=0: no square roots or reciprocals from rsqrtps, whose results differ between makers of
// processors. EIGEN_DONT_PARALLELIZE: one thread, so one order of summation.
#pragma once

#if defined(EIGEN_WORLD_VERSION)
#error "include learn/eigen.h before any header of Eigen"
#endif

#define EIGEN_FAST_MATH 0
#define EIGEN_DONT_PARALLELIZE
#define EIGEN_MPL2_ONLY

#include <Eigen/Dense>
#include <cstddef>

namespace dse {

inline Eigen::Index index(std::size_t value) { return static_cast<Eigen::Index>(value); }

// Fixes the cache sizes by which Eigen blocks its products, and so the order of summation. Called before the
// first product; any thread, any number of times.
inline void fix_eigen_blocking() {
  static const bool fixed = [] {
    Eigen::setCpuCacheSizes(32 * 1024, 512 * 1024, 4 * 1024 * 1024);
    return true;
  }();
  static_cast<void>(fixed);
}

}  // namespace dse
