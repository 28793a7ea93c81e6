// Virtual time: int64 nanoseconds since the start of a run; overflow is an error, never a wrap.
// Durations and rates as the user writes them: "50us", "2.5s", "20000/s".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dse {

using TimeNs = std::int64_t;

inline constexpr TimeNs kNanosecondsPerSecond = 1'000'000'000;
// The longest duration that a user may write: a hundred years.
inline constexpr TimeNs kLongestDurationNs = 100LL * 366 * 86'400 * kNanosecondsPerSecond;

// Returns time + delay; throws RunError when virtual time is used up.
TimeNs add_time(TimeNs time_ns, TimeNs delay_ns);

// "0s", "50us", "1.5ms", "2min": a decimal number and one of ns, us, ms, s, min, h. Empty when the text is
// not that, is negative, is finer than a nanosecond or longer than kLongestDurationNs.
std::optional<TimeNs> parse_duration(std::string_view text);

// The shortest exact form in the largest unit that needs at most nine decimals: "50us", "1.5s".
std::string format_duration(TimeNs duration_ns);

// `count` events every `period_ns`. Both positive.
struct Rate {
  std::int64_t count = 1;
  TimeNs period_ns = kNanosecondsPerSecond;

  // When event `index` (from 0) of a regular stream happens, after its start: floor(index * period / count),
  // exact, so that a million steps do not drift. Throws RunError on overflow.
  TimeNs offset_ns(std::int64_t index) const;

  bool operator==(const Rate&) const = default;
};

// "20000/s", "3/ms", "1/min". Empty when the text is not that or is not positive.
std::optional<Rate> parse_rate(std::string_view text);

}  // namespace dse
