// A point in time as a table's field tells it, exact to the nanosecond.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dataset/table_options.h"
#include "dse/time.h"

namespace dse {

// The seconds since some zero, of at most 18 digits, and what comes after them: 0 … 999,999,999 ns.
struct Instant {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  // The time from `earlier` to this; empty when it does not fit into a TimeNs.
  std::optional<TimeNs> since(const Instant& earlier) const;

  auto operator<=>(const Instant&) const = default;
};

struct InstantText {
  Instant value;
  // Why the text is refused, as a text that follows it: "is not a time". "" when it is not.
  std::string_view error;
};

// A decimal number of units, perhaps with an exponent. No double is made of it.
InstantText read_time_number(std::string_view text, TimeUnit unit);

// A date and time of ISO 8601 in the form YYYY-MM-DDThh:mm:ss, a space in place of the T and a fraction of
// the second allowed, followed by nothing or Z (both mean UTC) or an offset: +hh, +hhmm or +hh:mm. The
// seconds, or the time of day, may be left out. Seconds count from 1970-01-01T00:00:00Z by the Gregorian
// calendar, without leap seconds: the 60th second of a minute is the first of the next.
InstantText read_date_time(std::string_view text);

// Whether the text begins like a date: four digits and a hyphen.
bool looks_like_date(std::string_view text);

}  // namespace dse
