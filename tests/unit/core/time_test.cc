#include "dse/time.h"

#include "dse/error.h"
#include "support/catch.h"

using namespace dse;

TEST_CASE("durations are exact or refused") {
  CHECK(parse_duration("0s") == 0);
  CHECK(parse_duration("50us") == 50'000);
  CHECK(parse_duration("1.5ms") == 1'500'000);
  CHECK(parse_duration("2min") == 120 * kNanosecondsPerSecond);
  CHECK(parse_duration("0.000000001s") == 1);
  for (const char* wrong : {"", "5", "s", "-1s", "1 s", "1.s", ".5s", "0.5ns", "1e3s", "200000000h",
                            "5parsec", "99999999999999999999s", "0.00000000001s"}) {
    INFO(wrong);
    CHECK_FALSE(parse_duration(wrong).has_value());
  }
}

TEST_CASE("a formatted duration parses to itself") {
  for (TimeNs duration :
       {TimeNs{0}, TimeNs{1}, TimeNs{999}, TimeNs{1'000}, TimeNs{50'000}, TimeNs{1'500'000},
        TimeNs{3'000'500'000}, TimeNs{90} * kNanosecondsPerSecond + 1, kLongestDurationNs}) {
    INFO(format_duration(duration));
    CHECK(parse_duration(format_duration(duration)) == duration);
  }
}

TEST_CASE("rates are exact over a long run") {
  const std::optional<Rate> rate = parse_rate("3/s");
  REQUIRE(rate.has_value());
  CHECK(rate->offset_ns(0) == 0);
  CHECK(rate->offset_ns(1) == 333'333'333);
  CHECK(rate->offset_ns(3'000'000) == 1'000'000 * kNanosecondsPerSecond);
  CHECK_THROWS_AS(rate->offset_ns(INT64_MAX), RunError);
  for (const char* wrong : {"", "3", "/s", "0/s", "-1/s", "3/fortnight", "1.5/s", "3 /s"}) {
    INFO(wrong);
    CHECK_FALSE(parse_rate(wrong).has_value());
  }
}

TEST_CASE("virtual time does not wrap") {
  CHECK(add_time(1, 2) == 3);
  CHECK_THROWS_AS(add_time(INT64_MAX, 1), RunError);
}
