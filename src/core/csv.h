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

// What csv_field() made the field of.
inline std::string csv_text(std::string_view field) {
  if (field.size() < 2 || field.front() != '"') return std::string(field);
  field = field.substr(1, field.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    text += field[i];
    if (field[i] == '"') ++i;  // it stands there twice
  }
  return text;
}

}  // namespace dse
