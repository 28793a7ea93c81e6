// One line of a file as an object of JSON.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "protocol/json.h"

namespace dse {

// What a line is instead; the text follows its place.
class LineFault : public std::runtime_error {
 public:
  // `column` is the byte at which it is wrong, from 1; 0: not known.
  LineFault(std::size_t column, const std::string& text) : std::runtime_error(text), column_(column) {}
  std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

// The object that the line is. If it has a member of the name `verbatim`, its value in the result is a text:
// what is written there, without the blanks between its parts and with no more escapes than JSON needs.
// Throws LineFault for what is not JSON or no object; and, but for what is verbatim, for a name twice in one
// object, for an integer of more than 64 bits, and for a nesting in which no message is.
Json parse_json_line(std::string_view line, std::string_view verbatim);

}  // namespace dse
