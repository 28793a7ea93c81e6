// The records of a CSV file, one at a time and in constant memory (RFC 4180, with any separator of one byte).
//
// A record ends with LF, CRLF or the end of the file. A field in quotes may hold separators, line ends, and
// quotes written twice; a quote elsewhere than at the beginning of a field is a character like any other.
// Spaces belong to their field. Lines without any character are skipped, as is a UTF-8 byte order mark. The
// bytes of a field are handed out as they are, whatever their encoding.
//
// Every failure is an InputError that names the file and, where there are any, line and column: what
// ByteSource refuses; an unclosed quote, text after a closing one, a carriage return that ends no line, a
// zero byte, UTF-16; another known format; and a record beyond the two bounds below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/text_buffer.h"
#include "dse/error.h"

namespace dse {

inline constexpr std::size_t kRecordBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kRecordFieldsMax = 100'000;

struct CsvOptions {
  char separator = ',';
  // The bytes that the buffer has room for at first, at least 512. It doubles whenever a record does not fit.
  std::size_t block_bytes = 256 * 1024;
};

// One thread at a time.
class CsvReader {
 public:
  explicit CsvReader(const std::string& path, const CsvOptions& options = {});

  // Goes to the next record. False at the end of the file, and from then on.
  bool next();
  // The fields of the record, at least one: valid until the next call of next().
  std::span<const std::string_view> fields() const { return std::span(fields_).first(field_count_); }
  // The line on which the record starts, from 1.
  std::uint64_t line() const { return line_; }
  // How many empty lines there were so far.
  std::uint64_t empty_lines() const { return empty_lines_; }

  const std::string& path() const { return text_.path(); }
  // XXH3 of the file on disk; only after next() returned false.
  std::uint64_t digest() { return text_.digest(); }

  // The place of the record's field `index` (from 0) in an error. Columns are counted in fields, from 1.
  InputPlace place(std::size_t index, const std::string& column_name = "") const;

 private:
  enum class Split { kRecord, kMoreNeeded };
  class Marks;

  void require_separator() const;
  void refill();
  Split split();
  void skip_empty_line(std::size_t line_end_bytes);
  std::size_t find_closing_quote(std::size_t opening);
  void take_field(std::size_t begin, std::size_t end);
  void end_record(std::size_t end, std::size_t line_end_bytes);
  void unescape(std::string_view& field);
  [[noreturn]] void refuse_here(const std::string& text) const;
  [[noreturn]] void refuse_zero_byte() const;
  [[noreturn]] void refuse_unclosed_quote() const;
  [[noreturn]] void refuse_after_quote() const;
  [[noreturn]] void refuse_carriage_return() const;
  [[noreturn]] void refuse_long_record() const;

  const CsvOptions options_;
  TextBuffer text_;  // from the next record on

  std::vector<std::string_view> fields_;
  std::size_t field_count_ = 0;
  std::vector<std::size_t> escaped_;  // the fields of this record that hold quotes written twice
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
  std::uint64_t inner_lines_ = 0;  // the line ends within quotes, of this record
  std::uint64_t empty_lines_ = 0;
};

}  // namespace dse
