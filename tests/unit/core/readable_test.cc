// Durations, rates and lines as people read them.
#include "core/readable.h"

#include <cstdint>

#include "support/catch.h"

using namespace dse;

TEST_CASE("a duration is shown in the unit that suits it, rounded") {
  const std::vector<std::pair<TimeNs, std::string>> shown = {
      {0, "0 s"},
      {1, "1 ns"},
      {999, "999 ns"},
      {1'000, "1.0 us"},
      {1'249, "1.2 us"},
      {1'250, "1.3 us"},
      {99'949, "99.9 us"},
      {99'950, "100 us"},
      {122'362, "122 us"},
      {999'499, "999 us"},
      {999'500, "1.0 ms"},
      {1'200'000, "1.2 ms"},
      {999'499'999, "999 ms"},
      {999'500'000, "1.0 s"},
      {3'000'120'000, "3.0 s"},
      {59'949'999'999, "59.9 s"},
      {59'950'000'000, "1 min"},
      {125'000'000'000, "2 min 5 s"},
      {3'599'500'000'000, "1 h"},
      {12'000'000'000'000, "3 h 20 min"},
      {86'400'000'000'000, "1 d"},
      {1'051'200'000'000'000, "12 d 4 h"},
      {INT64_MAX, "106752 d"},
      {-1'200'000, "-1.2 ms"},
      {INT64_MIN, "-106752 d"},
  };
  for (const auto& [ns, text] : shown) {
    CAPTURE(ns);
    CHECK(readable_duration(ns) == text);
  }
}

TEST_CASE("a duration never has more than three digits before its unit, nor a unit too small") {
  for (TimeNs ns = 1; ns < 60'000'000'000; ns += ns / 7 + 1) {
    const std::string text = readable_duration(ns);
    CAPTURE(ns, text);
    const double number = std::stod(text);
    CHECK(number < 1000);
    CHECK(number >= 1);
    const std::string unit = text.substr(text.find(' ') + 1);
    const double scale = unit == "ns"    ? 1
                         : unit == "us"  ? 1e3
                         : unit == "ms"  ? 1e6
                         : unit == "min" ? 6e10
                                         : 1e9;
    CHECK(std::abs(number * scale - static_cast<double>(ns)) <= static_cast<double>(ns) / 19);
  }
}

TEST_CASE("a rate has at most four digits") {
  CHECK(readable_rate(0) == "0");
  CHECK(readable_rate(12.4) == "12");
  CHECK(readable_rate(9'810) == "9,810");
  CHECK(readable_rate(9'999.4) == "9,999");
  CHECK(readable_rate(9'999.5) == "10.0 k");
  CHECK(readable_rate(334'050) == "334 k");
  CHECK(readable_rate(999'499) == "999 k");
  CHECK(readable_rate(999'500) == "1.0 M");
  CHECK(readable_rate(1'234'567) == "1.2 M");
  CHECK(readable_rate(-1) == "0");
}

TEST_CASE("the width of a text is its number of characters") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("üß└") == 3);
}

TEST_CASE("a text is broken at spaces, and no word is broken") {
  CHECK(wrapped("", {}).empty());
  CHECK(wrapped("one two three\n", {.width = 7}) == "one two\nthree\n");
  CHECK(wrapped("one two three", {.width = 9, .indent = 2}) == "one two\n  three");
  CHECK(wrapped("a-word-that-is-longer b", {.width = 5}) == "a-word-that-is-longer\nb");
  CHECK(wrapped("  fault        x y", {.width = 16, .indent = 15}) == "  fault        x\n               y");
  CHECK(wrapped("a\nb\n\nc", {.width = 3, .indent = 1}) == "a\n b\n\n c");
}
