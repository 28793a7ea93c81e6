// Reduces a conformance case on which two sides differ to a smaller one on which they still do: fewer
// operations, fewer conditions and headers, simpler keys and prefetches (delta debugging: Zeller and
// Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 2002).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "sim/conform/comparison.h"

namespace dse {

struct MinimisedCase {
  ConformCase smallest;
  Comparison comparison;   // that of the smallest case
  std::uint64_t runs = 0;  // cases that were tried
};

// The most cases that are tried; after that the smallest so far is good enough.
inline constexpr std::uint64_t kCaseMinimiserRunsMax = 1000;

// `failing` is the comparison of `drawn`, which differs. Any difference counts as the same. Ends early, with
// what it has, when `interrupted` becomes true.
MinimisedCase minimise_case(const ConformCase& drawn, const Comparison& failing,
                            const std::function<Comparison(const ConformCase&)>& run,
                            const std::atomic<bool>& interrupted);

}  // namespace dse
