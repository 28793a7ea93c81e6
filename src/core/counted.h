// Numbers of things in texts for human readers.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace dse {

// "1 message", "2 messages". The noun's plural ends in s unless `plural` is given.
inline std::string counted(std::uint64_t count, std::string_view noun, std::string_view plural = "") {
  if (count == 1) return fmt::format("1 {}", noun);
  return plural.empty() ? fmt::format("{} {}s", count, noun) : fmt::format("{} {}", count, plural);
}

}  // namespace dse
