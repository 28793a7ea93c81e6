// A field of a line of comma-separated values, as RFC 4180 has it.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// The text; within quotes when it holds a comma, a quote or a line's end.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace dse
