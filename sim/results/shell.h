// Command lines that are printed to be pasted.
#pragma once

#include <errno.h>

#include <string>
#include <string_view>
#include <vector>

namespace dse {

// The word as a POSIX shell reads it back: within single quotes when it needs them.
inline std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:@%,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// This program, as it was called, with these arguments.
inline std::string shell_line(const std::vector<std::string>& arguments) {
  std::string line = shell_word(program_invocation_name);
  for (const std::string& argument : arguments) line += " " + shell_word(argument);
  return line;
}

}  // namespace dse
