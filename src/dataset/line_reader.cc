#include "dataset/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "dataset/foreign_format.h"

namespace dse {
namespace {

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

}  // namespace

LineReader::LineReader(const std::string& path, const LineOptions& options)
    : options_(options),
      text_(path, {.block_bytes = options.block_bytes, .format = "JSONL", .foreign = foreign_to_jsonl}) {}

bool LineReader::next() {
  while (take_line()) {
    if (!is_blank(line_)) {
      refuse_zero_byte();
      return true;
    }
    ++empty_lines_;
  }
  return false;
}

bool LineReader::take_line() {
  std::size_t searched = 0;  // bytes that hold no line end
  const char* found = nullptr;
  for (;;) {
    const std::size_t unsearched = text_.left() - searched;
    const char* const from = text_.bytes() + text_.begin() + searched;
    found = unsearched == 0 ? nullptr : static_cast<const char*>(std::memchr(from, '\n', unsearched));
    // One byte more may be the CR of a CRLF.
    if (found == nullptr && text_.left() > options_.bytes_max + 1) refuse_long_line();
    if (found != nullptr || text_.source_ended()) break;
    searched = text_.left();
    text_.refill();
  }
  if (found == nullptr && text_.left() == 0) return false;
  const std::size_t end = found == nullptr ? text_.end() : static_cast<std::size_t>(found - text_.bytes());
  line_ = std::string_view(text_.bytes() + text_.begin(), end - text_.begin());
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  if (line_.size() > options_.bytes_max) refuse_long_line();
  text_.begin_at(std::min(end + 1, text_.end()));
  ++number_;
  return true;
}

InputPlace LineReader::place(std::size_t column, const std::string& key) const {
  return {.file = path(), .line = line_number(number_), .column = static_cast<int>(column), .key = key};
}

void LineReader::refuse_zero_byte() const {
  const std::size_t at = line_.find('\0');
  if (at == std::string_view::npos) return;
  throw InputError(place(at + 1),
                   fmt::format("a zero byte, which no text holds; if the file is UTF-16, {}", kWriteAsUtf8));
}

void LineReader::refuse_long_line() const {
  throw InputError(
      {.file = path(), .line = line_number(number_ + 1)},
      fmt::format("a line of more than {} bytes begins here; each object is on a line of its own",
                  options_.bytes_max));
}

}  // namespace dse
