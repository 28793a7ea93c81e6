// The lines of a text file, one at a time and in constant memory.
//
// A line ends with LF, CRLF or the end of the file. Lines of nothing but spaces and tabs are skipped, as is a
// UTF-8 byte order mark.
//
// Every failure is an InputError that names the file and, where there are any, line and column: what
// ByteSource refuses; UTF-16; another known format; a zero byte; and a line that is too long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataset/text_buffer.h"
#include "dse/error.h"

namespace dse {

struct LineOptions {
  std::size_t bytes_max = 16 * 1024 * 1024;  // the longest line
  // The bytes that the buffer has room for at first, at least 512. It doubles whenever a line does not fit.
  std::size_t block_bytes = 256 * 1024;
};

// One thread at a time.
class LineReader {
 public:
  explicit LineReader(const std::string& path, const LineOptions& options = {});

  // Goes to the next line that is not empty. False at the end of the file, and from then on.
  bool next();
  // Without its end; valid until the next call of next().
  std::string_view line() const { return line_; }
  // The number of the line, from 1.
  std::uint64_t number() const { return number_; }
  // How many lines were skipped so far.
  std::uint64_t empty_lines() const { return empty_lines_; }

  const std::string& path() const { return text_.path(); }
  // XXH3 of the file on disk; only after next() returned false.
  std::uint64_t digest() { return text_.digest(); }

  // The place of something in this line. Columns are counted in bytes, from 1; 0: not known.
  InputPlace place(std::size_t column = 0, const std::string& key = "") const;

 private:
  bool take_line();
  void refuse_zero_byte() const;
  [[noreturn]] void refuse_long_line() const;

  const LineOptions options_;
  TextBuffer text_;  // from the next line on
  std::string_view line_;
  std::uint64_t number_ = 0;
  std::uint64_t empty_lines_ = 0;
};

}  // namespace dse
