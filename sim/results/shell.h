// Command lines that are printed for pasting.
#pragma once

#include <errno.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dse {

// Returns the word as a POSIX shell reads it back: in single quotes if it needs them.
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

// Returns a command line of this program, as it was called, with a command, its subjects, and
// options. A subject that looks like an option, such as a file named -x, comes after a `--`.
inline std::string shell_line(const std::string& command, const std::vector<std::string>& subjects,
                              const std::vector<std::string>& options) {
  const bool like_option = std::any_of(subjects.begin(), subjects.end(),
                                       [](const std::string& subject) { return subject.starts_with('-'); });
  std::string line = shell_word(program_invocation_name) + " " + command;
  const auto add = [&line](const std::vector<std::string>& words) {
    for (const std::string& word : words) line += " " + shell_word(word);
  };
  if (!like_option) add(subjects);
  add(options);
  if (like_option) line += " --";
  if (like_option) add(subjects);
  return line;
}

}  // namespace dse
