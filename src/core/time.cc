#include "dse/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "dse/error.h"

namespace dse {
namespace {

__extension__ using Wide = __int128;

struct Unit {
  std::string_view name;
  TimeNs nanoseconds;
};

constexpr std::array<Unit, 6> kUnits = {{{"h", 3600 * kNanosecondsPerSecond},
                                         {"min", 60 * kNanosecondsPerSecond},
                                         {"s", kNanosecondsPerSecond},
                                         {"ms", 1'000'000},
                                         {"us", 1'000},
                                         {"ns", 1}}};

std::optional<TimeNs> unit_ns(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanoseconds;
  }
  return std::nullopt;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

TimeNs add_time(TimeNs time_ns, TimeNs delay_ns) {
  TimeNs sum = 0;
  if (__builtin_add_overflow(time_ns, delay_ns, &sum)) {
    throw RunError("virtual time is used up: more than 292 years; lower the durations or set `until`");
  }
  return sum;
}

std::optional<TimeNs> parse_duration(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_digit(text[at])) ++at;
  const std::string_view whole = text.substr(0, at);
  std::string_view fraction;
  if (at < text.size() && text[at] == '.') {
    const std::size_t begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    fraction = text.substr(begin, at - begin);
    if (fraction.empty()) return std::nullopt;
  }
  const std::optional<TimeNs> unit = unit_ns(text.substr(at));
  if (whole.empty() || whole.size() > 18 || fraction.size() > 13 || !unit) return std::nullopt;

  std::int64_t whole_value = 0;
  std::from_chars(whole.data(), whole.data() + whole.size(), whole_value);
  Wide total = static_cast<Wide>(whole_value) * *unit;
  Wide scale = 1;
  Wide fraction_value = 0;
  for (char digit : fraction) {
    fraction_value = fraction_value * 10 + (digit - '0');
    scale *= 10;
  }
  if (fraction_value * *unit % scale != 0) return std::nullopt;
  total += fraction_value * *unit / scale;
  if (total > kLongestDurationNs) return std::nullopt;
  return static_cast<TimeNs>(total);
}

std::string format_duration(TimeNs duration_ns) {
  if (duration_ns == 0) return "0s";
  if (duration_ns < 0) return fmt::format("{}ns", duration_ns);
  for (const Unit& unit : {kUnits[2], kUnits[3], kUnits[4], kUnits[5]}) {
    if (duration_ns < unit.nanoseconds) continue;
    std::string text = fmt::format("{}", duration_ns / unit.nanoseconds);
    TimeNs rest = duration_ns % unit.nanoseconds;
    if (rest != 0) {
      text += '.';
      for (TimeNs digit = unit.nanoseconds / 10; rest != 0; digit /= 10) {
        text += static_cast<char>('0' + rest / digit);
        rest %= digit;
      }
    }
    return text + std::string(unit.name);
  }
  return fmt::format("{}ns", duration_ns);
}

TimeNs Rate::offset_ns(std::int64_t index) const {
  const Wide offset = static_cast<Wide>(index) * period_ns / count;
  if (offset > INT64_MAX) return add_time(INT64_MAX, 1);
  return static_cast<TimeNs>(offset);
}

std::optional<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<TimeNs> period = unit_ns(text.substr(slash + 1));
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, count);
  if (error != std::errc() || end != text.data() + slash || count <= 0 || !period) return std::nullopt;
  return Rate{count, *period};
}

}  // namespace dse
