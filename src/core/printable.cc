#include "core/printable.h"

#include <fmt/format.h>
#include <utf8.h>

#include <cstdint>
#include <iterator>

namespace dse {
namespace {

// Whether a viewer would not show the character as itself: C1 controls, separators of lines and paragraphs,
// marks and embeddings of the bidirectional algorithm (Unicode Standard Annex 9), and the byte order mark.
bool is_hidden(char32_t character) {
  return (character >= 0x80 && character <= 0x9f) || character == 0x61c || character == 0x200e ||
         character == 0x200f || (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
}

void append_valid(std::string_view text, std::string_view marked, std::string& result) {
  for (auto at = text.begin(); at != text.end();) {
    const auto first = at;
    const auto character = static_cast<char32_t>(utf8::unchecked::next(at));
    if (character < 0x20 || character == 0x7f) {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<std::uint32_t>(character));
    } else if (is_hidden(character)) {
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", static_cast<std::uint32_t>(character));
    } else {
      if (character < 0x80 && marked.find(static_cast<char>(character)) != std::string_view::npos)
        result += '\\';
      result.append(first, at);
    }
  }
}

// Puts a backslash before the characters `marked`, which are ASCII.
std::string escaped(std::string_view text, std::string_view marked) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto valid = static_cast<std::size_t>(utf8::find_invalid(text.begin(), text.end()) - text.begin());
    append_valid(text.substr(0, valid), marked, result);
    text.remove_prefix(valid);
    if (text.empty()) break;
    fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(text.front()));
    text.remove_prefix(1);
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) { return escaped(text, "\\"); }

std::string quoted_text(std::string_view text) { return '"' + escaped(text, "\\\"") + '"'; }

std::string printable_word(std::string_view text) {
  return text.find_first_of(" \"") == std::string_view::npos ? printable(text) : quoted_text(text);
}

std::string one_line(std::string_view message) { return escaped(message, ""); }

bool is_utf8(std::string_view text) { return utf8::is_valid(text.begin(), text.end()); }

}  // namespace dse
