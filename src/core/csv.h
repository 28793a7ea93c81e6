// Fields of comma-separated values, as RFC 4180 defines them. Every CSV file is written with these.
//
// A field holds the bytes of its text as they are, even those that are not UTF-8: nothing is lost. A NUL
// alone, which no text file holds, is written as \x00.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// Appends the text to a line, a std::string or a buffer of fmt; in quotes when it holds a comma, a quote or a
// line end.
template <typename Line>
void append_csv_field(Line& line, std::string_view text) {
  constexpr std::string_view kSpecial(",\"\r\n\0", 5);
  if (text.find_first_of(kSpecial) == std::string_view::npos) {
    line.append(text);
    return;
  }
  line.push_back('"');
  for (const char c : text) {
    if (c == '\0') {
      line.append(std::string_view("\\x00"));
      continue;
    }
    if (c == '"') line.push_back('"');
    line.push_back(c);
  }
  line.push_back('"');
}

// The same field as a text of its own.
inline std::string csv_field(std::string_view text) {
  std::string field;
  append_csv_field(field, text);
  return field;
}

}  // namespace dse
