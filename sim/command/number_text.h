// Numbers as people type them on a command line: in decimal, with nothing before or after them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dse {

// The range of whole numbers that an option takes.
struct WholeRange {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  const char* what = "a number";  // such as "a seed", for the error
};

// The range of numbers that an option takes.
struct RealRange {
  double least = 0;
  double most = 0;
  bool or_zero = false;
  const char* what = "a number";
};

// Reads only decimal digits, so that 010 is ten. Returns nothing when the text is something else or the
// number is out of range.
std::optional<std::uint64_t> read_whole(const std::string& text, const WholeRange& range);
// Reads a decimal number, with or without a point and an exponent, likewise.
std::optional<double> read_real(const std::string& text, const RealRange& range);

}  // namespace dse
