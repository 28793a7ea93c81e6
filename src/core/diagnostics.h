// What is said beside the results: progress, warnings, errors; on standard error.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace dse {

// Writes the text at once. When standard error is closed or full nobody is told: the exit status still is.
void write_diagnostic(std::string_view text) noexcept;

// The same of a text made as fmt::format makes it. It ends without a line's end of its own.
template <typename... Arguments>
void tell(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_diagnostic(fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace dse
