#include "dataset/instant.h"

#include <algorithm>
#include <array>

namespace dse {
namespace {

constexpr std::string_view kNotANumber = "is not a number";
constexpr std::string_view kNotADateTime = "is not a date and time such as 2017-03-01T12:00:00.5Z";
constexpr std::string_view kTooFine = "is finer than a nanosecond";
constexpr std::string_view kTooLarge = "is out of range";

constexpr int kNanosecondDigits = 9;
constexpr int kInstantDigits = 18 + kNanosecondDigits;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The power of ten of nanoseconds that the unit is.
int power_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond:
      return 9;
    case TimeUnit::kMillisecond:
      return 6;
    case TimeUnit::kMicrosecond:
      return 3;
    case TimeUnit::kNanosecond:
      return 0;
  }
  return 0;
}

// Takes texts apart from the front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool at_digit() const { return !rest_.empty() && is_digit(rest_.front()); }
  // Takes one of these characters, if it is next: that character, else 0.
  char take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return '\0';
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }
  // Takes all digits that are next.
  std::string_view digits() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // Takes a number of exactly this many digits, within these bounds; -1 when it is not next.
  int number(std::size_t count, int least, int most) {
    int value = 0;
    if (rest_.size() < count) return -1;
    for (const char c : rest_.substr(0, count)) {
      if (!is_digit(c)) return -1;
      value = 10 * value + (c - '0');
    }
    rest_.remove_prefix(count);
    return value < least || value > most ? -1 : value;
  }

 private:
  std::string_view rest_;
};

// Significant digits of a decimal number: their value is 0.DIGITS times ten to the power of `point`.
struct Decimal {
  std::array<char, kInstantDigits> digits{};
  int count = 0;
  int zeros = 0;  // seen after the digits: they count only if another digit follows
  std::int64_t point = 0;
  bool too_many = false;

  void add(std::string_view more, bool after_point) {
    for (const char c : more) {
      if (c == '0') {
        if (count > 0) ++zeros;
        if (count == 0 && after_point) --point;
      } else {
        add_digit(c);
      }
      if (!after_point && (count > 0)) ++point;
    }
  }

 private:
  void add_digit(char c) {
    if (count + zeros >= kInstantDigits) {
      too_many = true;
      return;
    }
    for (; zeros > 0; --zeros) digits[static_cast<std::size_t>(count++)] = '0';
    digits[static_cast<std::size_t>(count++)] = c;
  }
};

Instant negated(const Instant& instant) {
  if (instant.nanoseconds == 0) return {-instant.seconds, 0};
  return {-instant.seconds - 1, kNanosecondsPerSecond - instant.nanoseconds};
}

// The decimal number of seconds, whose sign is handled elsewhere.
InstantText instant_of(const Decimal& decimal) {
  if (decimal.count == 0) return {};
  const std::int64_t all_digits = decimal.point + kNanosecondDigits;  // those of all nanoseconds
  if (all_digits > kInstantDigits) return {.error = kTooLarge};
  if (decimal.too_many || all_digits < decimal.count) return {.error = kTooFine};
  Instant instant;
  for (std::int64_t at = 0; at < all_digits; ++at) {
    const std::int64_t digit = at < decimal.count ? decimal.digits[static_cast<std::size_t>(at)] - '0' : 0;
    std::int64_t& part = at < decimal.point ? instant.seconds : instant.nanoseconds;
    part = 10 * part + digit;
  }
  return {.value = instant};
}

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", days_from_civil).
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

int days_of_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month) - 1];
}

// The seconds from 1970 to the beginning of the date.
std::optional<std::int64_t> read_date(Cursor& text) {
  const int year = text.number(4, 0, 9999);
  if (year < 0 || text.take("-") == 0) return std::nullopt;
  const int month = text.number(2, 1, 12);
  if (month < 0 || text.take("-") == 0) return std::nullopt;
  const int day = text.number(2, 1, days_of_month(year, month));
  if (day < 0) return std::nullopt;
  return days_from_civil(year, month, day) * 86'400;
}

// Adds "12:00:00.5" and its like; false when that is not next.
bool add_time_of_day(Cursor& text, InstantText& result) {
  const int hour = text.number(2, 0, 23);
  if (hour < 0 || text.take(":") == 0) return false;
  const int minute = text.number(2, 0, 59);
  if (minute < 0) return false;
  result.value.seconds += hour * 3600 + minute * 60;
  if (text.take(":") == 0) return true;
  const int second = text.number(2, 0, 60);
  if (second < 0) return false;
  result.value.seconds += second;
  if (text.take(".,") == 0) return true;
  const std::string_view digits = text.digits();
  Decimal fraction;
  fraction.add(digits, true);
  const InstantText part = instant_of(fraction);
  result.value.nanoseconds = part.value.nanoseconds;
  result.error = part.error;
  return !digits.empty();
}

// The seconds that the zone is ahead of UTC: those of "+01:30" and its like, 0 for Z and for nothing.
std::optional<std::int64_t> read_offset(Cursor& text) {
  if (text.at_end() || text.take("Zz") != 0) return 0;
  const char sign = text.take("+-");
  const int hours = text.number(2, 0, 23);
  if (sign == 0 || hours < 0) return std::nullopt;
  const bool more = text.take(":") != 0 || text.at_digit();
  const int minutes = more ? text.number(2, 0, 59) : 0;
  if (minutes < 0) return std::nullopt;
  const int seconds = hours * 3600 + minutes * 60;
  return sign == '+' ? seconds : -seconds;
}

}  // namespace

std::optional<TimeNs> Instant::since(const Instant& earlier) const {
  std::int64_t whole = seconds - earlier.seconds;
  std::int64_t part = nanoseconds - earlier.nanoseconds;
  // Both with one sign, so that the product does not overflow where the sum would fit.
  if (whole < 0 && part > 0) {
    ++whole;
    part -= kNanosecondsPerSecond;
  } else if (whole > 0 && part < 0) {
    --whole;
    part += kNanosecondsPerSecond;
  }
  TimeNs time_ns = 0;
  if (__builtin_mul_overflow(whole, kNanosecondsPerSecond, &time_ns)) return std::nullopt;
  if (__builtin_add_overflow(time_ns, part, &time_ns)) return std::nullopt;
  return time_ns;
}

InstantText read_time_number(std::string_view text, TimeUnit unit) {
  Cursor cursor(text);
  const bool negative = cursor.take("+-") == '-';
  Decimal decimal;
  const std::string_view before = cursor.digits();
  decimal.add(before, false);
  std::string_view after;
  if (cursor.take(".") != 0) after = cursor.digits();
  decimal.add(after, true);
  if (before.empty() && after.empty()) return {.error = kNotANumber};
  if (cursor.take("eE") != 0) {
    const bool down = cursor.take("+-") == '-';
    const std::string_view digits = cursor.digits();
    if (digits.empty()) return {.error = kNotANumber};
    // Larger exponents mean the same as this one: out of range, or too fine.
    std::int64_t exponent = 0;
    for (const char c : digits) exponent = std::min<std::int64_t>(10 * exponent + (c - '0'), 1'000'000'000);
    decimal.point += down ? -exponent : exponent;
  }
  if (!cursor.at_end()) return {.error = kNotANumber};
  decimal.point += power_of(unit) - kNanosecondDigits;
  InstantText result = instant_of(decimal);
  if (negative) result.value = negated(result.value);
  return result;
}

InstantText read_date_time(std::string_view text) {
  constexpr InstantText kRefused{.error = kNotADateTime};
  Cursor cursor(text);
  const std::optional<std::int64_t> date = read_date(cursor);
  if (!date) return kRefused;
  InstantText result{.value = {.seconds = *date}};
  if (cursor.at_end()) return result;
  if (cursor.take("Tt ") == 0 || !add_time_of_day(cursor, result)) return kRefused;
  const std::optional<std::int64_t> offset = read_offset(cursor);
  if (!offset || !cursor.at_end()) return kRefused;
  result.value.seconds -= *offset;
  return result;
}

bool looks_like_date(std::string_view text) {
  return text.size() > 4 && text[4] == '-' && std::all_of(text.begin(), text.begin() + 4, is_digit);
}

}  // namespace dse
