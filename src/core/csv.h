// A field of a line of comma-separated values, as RFC 4180 has it. Every CSV file is written with these.
//
// A field holds the bytes of its text as they are, also those that are no UTF-8: nothing is lost.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// Appends the text; within quotes when it holds a comma, a quote or a line's end.
inline void append_csv_field(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

// The same as a text of its own.
inline std::string csv_field(std::string_view text) {
  std::string field;
  append_csv_field(field, text);
  return field;
}

}  // namespace dse
