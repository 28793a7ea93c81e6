// What is said beside the results: progress, warnings, errors; on standard error.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace dse {

// Writes the text at once. When standard error is closed, full or a pipe that nobody reads,
// nobody is told, and the program goes on: its exit status still says what came of it.
void write_diagnostic(std::string_view text) noexcept;

// The same of a text made as fmt::format makes it. It ends without a line's end of its own.
template <typename... Arguments>
void tell(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_diagnostic(fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace dse
