#include "core/readable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace dse {
namespace {

struct ReadableUnit {
  std::uint64_t ns = 1;
  const char* name = "";
};

// Less than a minute: one number of one unit.
std::string short_duration(std::uint64_t ns) {
  constexpr std::array<ReadableUnit, 4> kReadableUnits = {
      {{1, "ns"}, {1'000, "us"}, {1'000'000, "ms"}, {1'000'000'000, "s"}}};
  for (const ReadableUnit& unit : kReadableUnits) {
    const std::uint64_t rounded = (ns + unit.ns / 2) / unit.ns;
    const bool fits = rounded < 1000 || &unit == &kReadableUnits.back();
    if (!fits) continue;
    const std::uint64_t tenths = (ns * 10 + unit.ns / 2) / unit.ns;
    if (unit.ns == 1 || tenths >= 1000) return fmt::format("{} {}", rounded, unit.name);
    return fmt::format("{}.{} {}", tenths / 10, tenths % 10, unit.name);
  }
  return "";
}

// From a minute on: a unit and what is left in the next smaller one.
std::string long_duration(std::uint64_t seconds) {
  constexpr std::array<ReadableUnit, 4> kReadableUnits = {
      {{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};
  std::size_t first = 0;
  while (seconds < kReadableUnits[first].ns) ++first;
  const ReadableUnit& larger = kReadableUnits[first];
  const ReadableUnit& smaller = kReadableUnits[first + 1];
  const std::uint64_t smaller_count = (seconds + smaller.ns / 2) / smaller.ns;
  const std::uint64_t in_larger = larger.ns / smaller.ns;
  const std::string whole = fmt::format("{} {}", smaller_count / in_larger, larger.name);
  if (smaller_count % in_larger == 0) return whole;
  return fmt::format("{} {} {}", whole, smaller_count % in_larger, smaller.name);
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

// One line of the text, without its end, in as many lines as it needs.
void add_wrapped_line(std::string_view line, const WrapOptions& options, bool is_first, std::string& out) {
  std::size_t column = 0;
  if (line.find_first_not_of(' ') == std::string_view::npos) return;
  if (!is_first) {
    out.append(options.indent, ' ');
    column = options.indent;
  }
  bool at_start = true;
  while (true) {
    // The spaces before a word stay with it, so that columns within a line are kept.
    const std::size_t word_begin = line.find_first_not_of(' ');
    if (word_begin == std::string_view::npos) return;
    const std::size_t word_end = std::min(line.find(' ', word_begin), line.size());
    const std::string_view word = line.substr(word_begin, word_end - word_begin);
    const std::size_t width = display_width(word);
    if (!at_start && column + word_begin + width > options.width) {
      out += '\n';
      out.append(options.indent, ' ');
      column = options.indent;
    } else {
      out.append(word_begin, ' ');
      column += word_begin;
    }
    out += word;
    column += width;
    at_start = false;
    line.remove_prefix(word_end);
  }
}

}  // namespace

std::string readable_duration(TimeNs duration_ns) {
  if (duration_ns == 0) return "0 s";
  const std::string sign = duration_ns < 0 ? "-" : "";
  const std::uint64_t ns =
      duration_ns < 0 ? 0 - static_cast<std::uint64_t>(duration_ns) : static_cast<std::uint64_t>(duration_ns);
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const std::uint64_t tenths = (ns + kSecond / 20) / (kSecond / 10);
  return sign + (tenths < 600 ? short_duration(ns) : long_duration((ns + kSecond / 2) / kSecond));
}

std::string readable_rate(double per_second) {
  const double rate = std::clamp(per_second, 0.0, 1e15);
  if (rate < 9'999.5) {
    const auto whole = static_cast<std::uint64_t>(rate + 0.5);
    return whole < 1000 ? fmt::format("{}", whole) : fmt::format("{},{:03}", whole / 1000, whole % 1000);
  }
  const bool millions = rate >= 999'500;
  const double scaled = rate / (millions ? 1e6 : 1e3);
  return fmt::format("{:.{}f} {}", scaled, scaled < 99.95 ? 1 : 0, millions ? "M" : "k");
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string wrapped(std::string_view text, const WrapOptions& options) {
  std::string out;
  bool is_first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add_wrapped_line(text.substr(0, end), options, is_first, out);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
    is_first = false;
  }
  return out;
}

}  // namespace dse
