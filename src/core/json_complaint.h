// What a line is instead of one JSON object, for human readers. The JSON library says where it stopped, and
// why.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dse {

struct JsonFault {
  std::size_t column = 0;   // the byte at which the library stopped, from 1
  std::string_view report;  // the library's own text
};

// A text that follows the place of the line in its file: what is wrong, and what to do about it. Without a
// fault the line is JSON, and no object. It is not empty.
std::string json_complaint(std::string_view line, const JsonFault& fault = {});

struct JsonRefusal {
  std::size_t column = 0;  // the byte at which the line is wrong, from 1; 0: not known
  std::string text;
};
// The same for what the library hands to parse_error(), where `error_id` is the number of its exception: a
// number beyond the range of a double is one as well.
JsonRefusal json_refusal(std::string_view line, int error_id, const JsonFault& fault);

}  // namespace dse
