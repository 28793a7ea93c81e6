#include "dataset/instant.h"

#include <fmt/format.h>

#include "support/catch.h"

using namespace dse;

namespace {

// The seconds and nanoseconds, or the reason.
std::string shown(const InstantText& text) {
  if (!text.error.empty()) return std::string(text.error);
  return fmt::format("{} {}", text.value.seconds, text.value.nanoseconds);
}

std::string number(std::string_view text, TimeUnit unit = TimeUnit::kSecond) {
  return shown(read_time_number(text, unit));
}

std::string date(std::string_view text) { return shown(read_date_time(text)); }

}  // namespace

TEST_CASE("decimal times are exact to the nanosecond") {
  CHECK(number("0") == "0 0");
  CHECK(number("1.5") == "1 500000000");
  CHECK(number("+1.5000000000000000000000") == "1 500000000");
  CHECK(number("-1.5") == "-2 500000000");
  CHECK(number("-2") == "-2 0");
  CHECK(number(".000000001") == "0 1");
  CHECK(number("12.") == "12 0");
  CHECK(number("00012.010") == "12 10000000");
  // A double has no such number.
  CHECK(number("1490356800.123456789") == "1490356800 123456789");
  CHECK(number("999999999999999999.999999999") == "999999999999999999 999999999");
  CHECK(number("1.490356800e+09") == "1490356800 0");
  CHECK(number("15e-1") == "1 500000000");
  CHECK(number("0e999999999999") == "0 0");
  CHECK(number("1000000000000000000") == "is out of range");
  CHECK(number("1e18446744073709551616") == "is out of range");
  CHECK(number("0.1234567891") == "is finer than a nanosecond");
  CHECK(number("1e-10") == "is finer than a nanosecond");
  CHECK(number("0.30000000000000004") == "is finer than a nanosecond");
  for (const char* wrong : {"", "-", ".", "1e", "1e+", "1 ", "1,5", "abc", "0x10", "inf", "1.2.3", "--1"})
    CHECK(number(wrong) == "is not a number");
}

TEST_CASE("the unit shifts the point") {
  CHECK(number("1500", TimeUnit::kMillisecond) == "1 500000000");
  CHECK(number("1490356800123", TimeUnit::kMillisecond) == "1490356800 123000000");
  CHECK(number("1.5", TimeUnit::kMicrosecond) == "0 1500");
  CHECK(number("-1", TimeUnit::kNanosecond) == "-1 999999999");
  CHECK(number("1490356800123456789", TimeUnit::kNanosecond) == "1490356800 123456789");
  CHECK(number("0.5", TimeUnit::kNanosecond) == "is finer than a nanosecond");
}

TEST_CASE("dates and times count from 1970, whatever the offset") {
  // Seconds as printed by GNU date -u -d TEXT +%s.
  CHECK(date("1970-01-01") == "0 0");
  CHECK(date("2017-03-01T12:00:00.123Z") == "1488369600 123000000");
  CHECK(date("2017-03-01 12:00:00,123456789") == "1488369600 123456789");
  CHECK(date("2017-03-01t12:00z") == "1488369600 0");
  CHECK(date("2017-03-01T12:00:00+01:30") == "1488364200 0");
  CHECK(date("2017-03-01T12:00:00-0130") == "1488375000 0");
  CHECK(date("2017-03-01T12:00:00+02") == "1488362400 0");
  CHECK(date("2000-02-29T23:59:59Z") == "951868799 0");
  CHECK(date("1969-12-31T23:59:59.5Z") == "-1 500000000");
  CHECK(date("0001-01-01T00:00:00Z") == "-62135596800 0");
  CHECK(date("9999-12-31T23:59:59Z") == "253402300799 0");
  CHECK(date("2016-12-31T23:59:60Z") == date("2017-01-01T00:00:00Z"));
  CHECK(date("2017-03-01T12:00:00.1234567891Z") == "is finer than a nanosecond");
  for (const char* wrong : {"",
                            "2017",
                            "2017-13-01",
                            "2017-02-29",
                            "1900-02-29",
                            "2017-03-00",
                            "2017-04-31",
                            "2017-3-1",
                            "2017-03-01T",
                            "2017-03-01T12",
                            "2017-03-01T24:00",
                            "2017-03-01T12:60",
                            "2017-03-01T12:00:61",
                            "2017-03-01T12:00:00.",
                            "2017-03-01T12:00:00.Z",
                            "2017-03-01T12:00:00+",
                            "2017-03-01T12:00:00+1",
                            "2017-03-01T12:00:00+24:00",
                            "2017-03-01T12:00:00+01:",
                            "2017-03-01T12:00:00Zx",
                            "2017-03-01x12:00",
                            "2017/03/01",
                            "01.03.2017",
                            "2017-03-01  12:00:00",
                            "-017-03-01"})
    CHECK(date(wrong) == "is not a date and time such as 2017-03-01T12:00:00.5Z");
}

TEST_CASE("every day of four centuries follows the day before") {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t expected = read_date_time("1800-01-01").value.seconds;
  for (int year = 1800; year < 2201; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; ++month) {
      const int days = kDays[month - 1] + (leap && month == 2 ? 1 : 0);
      for (int day = 1; day <= days; ++day) {
        const InstantText text = read_date_time(fmt::format("{:04}-{:02}-{:02}", year, month, day));
        REQUIRE(text.error.empty());
        REQUIRE(text.value.seconds == expected);
        expected += 86'400;
      }
    }
  }
}

TEST_CASE("times between instants fit, or are known not to") {
  const Instant zero{};
  CHECK(Instant{1, 5}.since({0, 999'999'999}) == 6);
  CHECK(zero.since({1, 1}) == -1'000'000'001);
  CHECK(Instant{9'223'372'036, 854'775'807}.since(zero) == INT64_MAX);
  CHECK(Instant{9'223'372'037, 0}.since({0, 145'224'193}) == INT64_MAX);
  CHECK(Instant{9'223'372'036, 854'775'808}.since(zero) == std::nullopt);
  CHECK(zero.since({9'223'372'036, 854'775'808}) == INT64_MIN);
  CHECK(zero.since({9'223'372'036, 854'775'809}) == std::nullopt);
}
