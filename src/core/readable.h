// Quantities as people read them on a terminal: rounded, with a unit that suits their size. Files, and what
// is read back, have exact forms (format_duration in dse/time.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dse/time.h"

namespace dse {

// "0 s", "120 ns", "1.2 ms", "122 us", "3.0 s", "2 min 5 s", "3 h 20 min", "12 d 4 h": rounded to a tenth
// below 100 of its unit, else to a whole one; from a minute on, two units. A negative duration has a minus
// sign.
std::string readable_duration(TimeNs duration_ns);

// "12", "9,810", "1.2 M", "334 k" of something in a second, for a line that has little room: three digits at
// most from 10,000 on.
std::string readable_rate(double per_second);

// How many columns of a terminal the text takes, if none of its characters is a wide one.
std::size_t display_width(std::string_view text);

// Breaks the text at spaces into lines of at most `width` columns; a word that is longer stays whole. Every
// line after the first begins with `indent` spaces. Line ends in the text stay. The last line has no line
// end, unless the text ends with one.
struct WrapOptions {
  std::size_t width = 80;
  std::size_t indent = 0;
};
std::string wrapped(std::string_view text, const WrapOptions& options);

}  // namespace dse
