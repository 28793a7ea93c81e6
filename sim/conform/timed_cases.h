// Cases in which time passes, compared with a real broker many at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "sim/conform/case_clients.h"
#include "sim/conform/comparison.h"

namespace dse {

struct TimedRange {
  std::uint64_t seed = 0;
  std::uint64_t first = 1;
  std::uint64_t cases = 0;
  std::uint64_t side_by_side = 1;  // each on a thread and with clients of its own
};

struct TimedCases {
  std::uint64_t done = 0;
  std::uint64_t too_slow = 0;  // the broker was too slow for these each time
  // The first that differs, and its number.
  std::optional<std::pair<std::uint64_t, Comparison>> different;
};

// Compares the cases of the range until one differs, or `interrupted` becomes true. Throws what a connection
// throws.
TimedCases compare_timed(const TimedRange& range, const MakeConnection& make_connection,
                         const std::atomic<bool>& interrupted);

// Compares one case with the broker of the clients. What differs is done again, and counts only if it
// differs four times in turn. A case for which the broker is too slow, several times, does not differ, and
// has no steps. The clients must outlive what this returns.
CompareCase compare_timed_with(CaseClients& clients);

}  // namespace dse
