#include "dataset/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "dataset/file_error.h"
#include "dataset/foreign_format.h"

namespace dse {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kToUtf8 = "write it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`";

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

}  // namespace

int line_number(std::uint64_t line) {
  return line > std::numeric_limits<int>::max() ? 0 : static_cast<int>(line);
}

LineReader::LineReader(const std::string& path, const LineOptions& options)
    : source_(path), options_(options), buffer_(std::max(options.block_bytes, kForeignFormatBytes)) {
  begin();
}

// Skips a byte order mark, and refuses a file that begins like something else.
void LineReader::begin() {
  refill();
  const std::string_view bytes(buffer_.data(), std::min(end_, kForeignFormatBytes));
  if (bytes.starts_with("\xff\xfe"sv) || bytes.starts_with("\xfe\xff"sv))
    refuse_file(path(), fmt::format("is UTF-16; {}", kToUtf8));
  const std::string found = foreign_to_jsonl(std::as_bytes(std::span(bytes)));
  if (!found.empty()) refuse_file(path(), "is not a JSONL file: it is " + found);
  if (bytes.starts_with("\xef\xbb\xbf"sv)) begin_ = 3;
}

// Moves what is left of the buffer to its front and reads on, into a larger buffer when it is full.
void LineReader::refill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) buffer_.resize(2 * end_);
  const std::size_t room = buffer_.size() - end_;
  const std::size_t got = source_.read(std::as_writable_bytes(std::span(buffer_).subspan(end_, room)));
  end_ += got;
  source_ended_ = got < room;
}

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
  std::size_t searched = 0;  // behind begin_
  const char* found = nullptr;
  for (;;) {
    const char* const from = buffer_.data() + begin_ + searched;
    const std::size_t left = end_ - begin_ - searched;
    found = left == 0 ? nullptr : static_cast<const char*>(std::memchr(from, '\n', left));
    // One byte more may be the CR of a CRLF.
    if (found == nullptr && end_ - begin_ > options_.bytes_max + 1) refuse_long_line();
    if (found != nullptr || source_ended_) break;
    searched = end_ - begin_;
    refill();
  }
  if (found == nullptr && begin_ == end_) return false;
  const std::size_t end = found == nullptr ? end_ : static_cast<std::size_t>(found - buffer_.data());
  line_ = std::string_view(buffer_.data() + begin_, end - begin_);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  if (line_.size() > options_.bytes_max) refuse_long_line();
  begin_ = std::min(end + 1, end_);
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
                   fmt::format("a zero byte, which no text holds; if the file is UTF-16, {}", kToUtf8));
}

void LineReader::refuse_long_line() const {
  throw InputError(
      {.file = path(), .line = line_number(number_ + 1)},
      fmt::format("a line of more than {} bytes begins here; each object is on a line of its own",
                  options_.bytes_max));
}

}  // namespace dse
