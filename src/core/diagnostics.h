// What is said besides the results: progress, warnings and errors, on standard error.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace dse {

// Writes the text at once. When standard error is closed, full or a pipe that nobody reads, the text is lost
// and the program goes on: its exit status still tells the outcome.
void write_diagnostic(std::string_view text) noexcept;

// Writes a text formatted by fmt::format, and adds no line end.
template <typename... Arguments>
void tell(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_diagnostic(fmt::format(format, std::forward<Arguments>(arguments)...));
}

// Whether to tell of something that others cause, the `count`th time that it happens: so that nobody fills a
// log, only of the first 20 times, and then of each hundredth.
constexpr bool is_told(std::uint64_t count) {
  constexpr std::uint64_t kFirst = 20;
  constexpr std::uint64_t kThenEach = 100;
  return count <= kFirst || count % kThenEach == 0;
}

}  // namespace dse
