#include "core/json_complaint.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/printable.h"

namespace dse {
namespace {

// The library's reason without what stands before it, which repeats the place.
std::string_view reason_of(std::string_view report) {
  constexpr std::string_view kBefore = " - ";
  const std::size_t at = report.find(kBefore);
  return at == std::string_view::npos ? "" : report.substr(at + kBefore.size());
}

// The word that ends at, or goes on behind, the byte at which the library stopped.
std::string_view word_at(std::string_view line, std::size_t column) {
  constexpr std::string_view kAround = " \t,:[]{}\"";
  const std::size_t at = std::min(column, line.size());
  const std::size_t before = line.substr(0, at).find_last_of(kAround, at < 2 ? 0 : at - 2);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return line.substr(begin, line.find_first_of(kAround, begin) - begin);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string json_complaint(std::string_view line, const JsonFault& fault) {
  if (!is_utf8(line))
    return "a byte that is not UTF-8; convert the file, for example with `iconv -f ISO-8859-1 -t UTF-8`";
  const std::string_view word = word_at(line, fault.column);
  if (is_one_of(word, {"NaN", "nan", "Infinity", "-Infinity", "inf", "-inf"})) {
    return fmt::format("{} is no number of JSON; write null in place of a number that is missing", word);
  }
  if (is_one_of(word, {"None", "True", "False"}) || word.starts_with('\''))
    return "is written as Python shows it, which is not JSON; write it with json.dumps()";
  const char first = line[std::min(line.find_first_not_of(" \t"), line.size() - 1)];
  if (first == '[')
    return "begins a list; each object is on a line of its own: `jq -c '.[]' FILE` writes a list so";
  if (first != '{')
    return "is no object of JSON: expected one on each line, such as {\"a\": 1.5, \"b\": \"text\"}";
  const std::string_view reason = reason_of(fault.report);
  if (fault.column > line.size())
    return "has no end of its object; each object is on one line: `jq -c . FILE` writes it so";
  if (reason.ends_with("expected end of input"))
    return "something follows the object; each object is on a line of its own";
  std::string text = "is not JSON";
  if (!reason.empty()) text += ": " + one_line(reason);
  return text;
}

JsonRefusal json_refusal(std::string_view line, int error_id, const JsonFault& fault) {
  constexpr int kOutOfRange = 406;
  if (error_id == kOutOfRange) return {.text = "has a number that is beyond the range of a double"};
  return {.column = fault.column, .text = json_complaint(line, fault)};
}

}  // namespace dse
