#include "sim/scenario/nesting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "dse/error.h"

namespace dse {
namespace {

constexpr std::size_t kDotsMax = 100;

// Where the string that begins at `at` ends: after its closing quotes, or, if it is not closed, at the end of
// its line or of the text, where the parser stops as well.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string delimiter(3, quote);
  const bool multi_line = text.substr(at).starts_with(delimiter);
  at += multi_line ? 3 : 1;
  while (at < text.size()) {
    if (text[at] == '\\' && quote == '"') {
      at += 2;
    } else if (!multi_line && (text[at] == quote || text[at] == '\n')) {
      return text[at] == quote ? at + 1 : at;
    } else if (multi_line && text.substr(at).starts_with(delimiter)) {
      at += 3;
      for (int extra = 0; extra < 2 && at < text.size() && text[at] == quote; ++extra)
        ++at;  // a quote of the string itself
      return at;
    } else {
      ++at;
    }
  }
  return text.size();
}

[[noreturn]] void refuse_depth(std::string_view text, std::size_t at, const std::string& file) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_begin = before.rfind('\n') + 1;  // 0 in the first line
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto column =
      std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_begin), before.end(), is_character) + 1;
  throw InputError({.file = file, .line = static_cast<int>(line), .column = static_cast<int>(column)},
                   fmt::format("a key with more than {} dots: no key of a scenario is that deep", kDotsMax));
}

}  // namespace

void check_nesting(const std::string& text, const std::string& file) {
  std::vector<std::size_t> around;  // for each open bracket, the dots of the keys around it
  std::size_t outer = 0;            // dots of the keys around the current one
  std::size_t dots = 0;             // with those of the key itself
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '.' && ++dots > kDotsMax) {
      refuse_depth(text, at, file);
    } else if (c == '[' || c == '{') {
      around.push_back(outer);
      outer = dots;
    } else if ((c == ']' || c == '}') && !around.empty()) {
      dots = outer;
      outer = around.back();
      around.pop_back();
    } else if (c == ',' || (c == '\n' && around.empty())) {
      dots = outer;
    }
    ++at;
  }
}

}  // namespace dse
