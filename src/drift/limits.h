// Bounds that detectors share.
#pragma once

#include <cstdint>

#include "dse/key_info.h"

namespace dse {

// The most values that a detector may be told to wait for.
inline constexpr std::int64_t kMinInstancesMax = 1'000'000'000;
// More values than any stream has, yet few enough to be exact in a double.
inline constexpr std::uint64_t kValuesMax = std::uint64_t{1} << 50;

// Ranges of AdwinOptions.
inline constexpr KeyRange kAdwinClock{1, 1'000'000};
inline constexpr KeyRange kAdwinBuckets{2, 64};
inline constexpr KeyRange kAdwinMinWindowLength{1, 1'000'000};
inline constexpr KeyRange kAdwinGracePeriod{0, 1'000'000'000};

}  // namespace dse
