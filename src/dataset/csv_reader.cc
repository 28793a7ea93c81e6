#include "dataset/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "core/printable.h"
#include "dataset/foreign_format.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace dse {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMarkBytes = 64;             // the bytes that one word of marks is about
constexpr std::size_t kPaddingBytes = kMarkBytes;  // marks are made past the end of what was read
constexpr std::size_t kNoQuote = std::numeric_limits<std::size_t>::max();

// A bit for each of 64 bytes: whether it is a separator, a quote, or one of the control characters up to CR,
// which LF and the zero byte are among.
#ifdef __SSE2__
std::uint64_t marks_of(const char* bytes, char separator) {
  const __m128i separators = _mm_set1_epi8(separator);
  const __m128i quotes = _mm_set1_epi8('"');
  const __m128i carriage_returns = _mm_set1_epi8('\r');
  std::uint64_t marks = 0;
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * part));
    const __m128i found =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(some, separators), _mm_cmpeq_epi8(some, quotes)),
                     _mm_cmpeq_epi8(_mm_min_epu8(some, carriage_returns), some));
    marks |= std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(found))} << 16 * part;
  }
  return marks;
}
#else
std::uint64_t marks_of(const char* bytes, char separator) {
  std::uint64_t marks = 0;
  for (unsigned at = 0; at < kMarkBytes; ++at) {
    const char c = bytes[at];
    const bool found = c == separator || c == '"' || static_cast<unsigned char>(c) <= '\r';
    marks |= std::uint64_t{found} << at;
  }
  return marks;
}
#endif

std::uint64_t count_line_ends(std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++count;
  return count;
}

}  // namespace

// Walks from mark to mark. The buffer must not move meanwhile.
class CsvReader::Marks {
 public:
  Marks(const char* buffer, char separator, std::size_t from)
      : buffer_(buffer), separator_(separator), block_(from), marks_(marks_of(buffer + from, separator)) {}

  // The next marked byte. There is one at the end of what was read: a zero byte.
  std::size_t next() {
    while (marks_ == 0) {
      block_ += kMarkBytes;
      marks_ = marks_of(buffer_ + block_, separator_);
    }
    const std::size_t at = block_ + static_cast<std::size_t>(std::countr_zero(marks_));
    marks_ &= marks_ - 1;
    return at;
  }
  // Goes on at `from`, which is not before the last mark.
  void skip_to(std::size_t from) {
    if (from - block_ < kMarkBytes) {
      marks_ &= ~std::uint64_t{0} << (from - block_);
    } else {
      block_ = from;
      marks_ = marks_of(buffer_ + from, separator_);
    }
  }

 private:
  const char* buffer_;
  char separator_;
  std::size_t block_;
  std::uint64_t marks_;
};

CsvReader::CsvReader(const std::string& path, const CsvOptions& options)
    : options_(options),
      text_(path, {.block_bytes = options.block_bytes,
                   .padding_bytes = kPaddingBytes,
                   .format = "CSV",
                   .foreign = foreign_to_csv}) {
  require_separator();
}

void CsvReader::require_separator() const {
  if ("\"\r\n\0"sv.find(options_.separator) == std::string_view::npos) return;
  throw InputError({.file = path(), .key = "separator"},
                   "a quote, a line end or a zero byte cannot separate columns; expected a character such as "
                   "a comma, a semicolon or a tab");
}

void CsvReader::refill() {
  if (text_.is_full() && text_.left() > kRecordBytesMax) refuse_long_record();
  text_.refill();
}

bool CsvReader::next() {
  while (split() == Split::kMoreNeeded) {
    if (text_.source_ended()) return false;
    refill();
  }
  return true;
}

// Takes the fields of the next record. When the buffer ends within it, nothing has happened, and the
// same record is tried again with more of it in the buffer.
CsvReader::Split CsvReader::split() {
  field_count_ = 0;
  escaped_.clear();
  inner_lines_ = 0;
  const char* const bytes = text_.bytes();
  Marks marks(bytes, options_.separator, text_.begin());
  std::size_t field = text_.begin();
  for (;;) {
    std::size_t at = marks.next();
    std::size_t field_end = at;
    if (bytes[at] == '"') {
      if (at != field) continue;
      field_end = find_closing_quote(at);
      if (field_end == kNoQuote) return Split::kMoreNeeded;
      ++field;
      marks.skip_to(field_end + 1);
      at = marks.next();
      if (at != field_end + 1) refuse_after_quote();
    }
    const char mark = bytes[at];
    if (mark == options_.separator) {
      take_field(field, field_end);
      field = at + 1;
      continue;
    }
    std::size_t line_end_bytes = 0;
    if (mark == '\n') {
      line_end_bytes = 1;
    } else if (mark == '\r') {
      if (at + 1 == text_.end() && !text_.source_ended()) return Split::kMoreNeeded;
      if (bytes[at + 1] != '\n') refuse_carriage_return();
      line_end_bytes = 2;
    } else if (mark == '\0') {
      if (at < text_.end()) refuse_zero_byte();
      if (!text_.source_ended() || text_.begin() == text_.end()) return Split::kMoreNeeded;
    } else {
      if (field_end != at) refuse_after_quote();
      continue;
    }
    if (at == text_.begin()) {
      skip_empty_line(line_end_bytes);
      field = text_.begin();
      marks.skip_to(field);
      continue;
    }
    take_field(field, field_end);
    end_record(at, line_end_bytes);
    return Split::kRecord;
  }
}

void CsvReader::skip_empty_line(std::size_t line_end_bytes) {
  text_.begin_at(text_.begin() + line_end_bytes);
  ++next_line_;
  ++empty_lines_;
}

// Where the field that `opening` begins has its closing quote; kNoQuote when that is not known yet.
std::size_t CsvReader::find_closing_quote(std::size_t opening) {
  const std::string_view bytes(text_.bytes(), text_.end());
  bool escaped = false;
  std::size_t closing = bytes.find('"', opening + 1);
  while (closing != std::string_view::npos && closing + 1 < text_.end() && bytes[closing + 1] == '"') {
    escaped = true;
    closing = bytes.find('"', closing + 2);
  }
  if (closing == std::string_view::npos && text_.source_ended()) refuse_unclosed_quote();
  if (closing == std::string_view::npos || (closing + 1 == text_.end() && !text_.source_ended()))
    return kNoQuote;
  const std::string_view inside = bytes.substr(opening, closing - opening);
  if (inside.find('\0') != std::string_view::npos) refuse_zero_byte();
  if (escaped) escaped_.push_back(field_count_);
  inner_lines_ += count_line_ends(inside);
  return closing;
}

void CsvReader::take_field(std::size_t begin, std::size_t end) {
  if (field_count_ == fields_.size()) {
    if (field_count_ == kRecordFieldsMax) {
      refuse_here(fmt::format("has a record of more than {} fields; is '{}' what separates them?",
                              kRecordFieldsMax, printable({&options_.separator, 1})));
    }
    fields_.resize(std::min(std::max<std::size_t>(16, 2 * field_count_), kRecordFieldsMax));
  }
  fields_[field_count_++] = {text_.bytes() + begin, end - begin};
}

void CsvReader::end_record(std::size_t end, std::size_t line_end_bytes) {
  if (end - text_.begin() > kRecordBytesMax) refuse_long_record();
  for (const std::size_t index : escaped_) unescape(fields_[index]);
  line_ = next_line_;
  next_line_ += inner_lines_ + 1;
  text_.begin_at(end + line_end_bytes);
}

// Makes one quote of each two, in place.
void CsvReader::unescape(std::string_view& field) {
  char* const begin = text_.bytes() + (field.data() - text_.bytes());
  char* end = begin;
  for (std::size_t at = 0; at < field.size(); ++at) {
    *end++ = field[at];
    if (field[at] == '"') ++at;
  }
  field = {begin, static_cast<std::size_t>(end - begin)};
}

InputPlace CsvReader::place(std::size_t index, const std::string& column_name) const {
  return {
      .file = path(), .line = line_number(line_), .column = static_cast<int>(index) + 1, .key = column_name};
}

// Refuses what was met while the next record was split, on the line that the splitting had reached.
void CsvReader::refuse_here(const std::string& text) const {
  throw InputError({.file = path(),
                    .line = line_number(next_line_ + inner_lines_),
                    .column = static_cast<int>(field_count_) + 1},
                   text);
}

void CsvReader::refuse_zero_byte() const {
  refuse_here(fmt::format("a zero byte, which no text holds; if the file is UTF-16, {}", kWriteAsUtf8));
}

void CsvReader::refuse_unclosed_quote() const {
  refuse_here(
      "a quote is opened here and never closed; close it, or write a quote that belongs to the text twice, "
      "within quotes: \"5\"\" pipe\"");
}

void CsvReader::refuse_after_quote() const {
  refuse_here(
      "text follows the closing quote of a field, expected the separator or the line's end; write a quote "
      "that belongs to the text twice: \"5\"\" pipe\"");
}

void CsvReader::refuse_carriage_return() const {
  refuse_here(
      "a carriage return without a line feed; end lines with LF or CRLF, or put the field in quotes if the "
      "carriage return belongs to it");
}

void CsvReader::refuse_long_record() const {
  throw InputError({.file = path(), .line = line_number(next_line_), .column = 1},
                   fmt::format("a record of more than {} bytes begins here; is a closing quote missing?",
                               kRecordBytesMax));
}

}  // namespace dse
