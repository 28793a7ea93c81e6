// The rows of a JSONL file: an object on each line, whose fields are the columns.
//
// What is inside of another object or of a list is a field as well, named by the way to it: "position.x", and
// "pixels.0" for the first value of a list. Numbers are handed out as they are written, texts without quotes
// and escapes, true and false as such, and null as "". Columns are in this order: the label, the time and the
// features that the options name, then all others as they first appear in the file.
//
// Every failure is an InputError that names the file and the line: what LineReader refuses; a line that is
// not JSON, or no object; a name twice in one row; and what is beyond the bounds below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dataset/line_reader.h"
#include "dataset/table_records.h"

namespace dse {

inline constexpr std::size_t kJsonNestingMax = 32;       // objects and lists inside each other
inline constexpr std::size_t kJsonNameBytesMax = 1024;   // a column's name
inline constexpr std::size_t kJsonColumnsMax = 100'000;  // in a file

class JsonRecords final : public TableRecords {
 public:
  // Reads the file for the first time.
  explicit JsonRecords(const TableOptions& options, const LineOptions& lines = {});
  // Reads it again: `names` are all its columns, and other fields are passed over.
  JsonRecords(const TableOptions& options, std::vector<std::string> names);

  std::vector<std::string> found_names() const override;
  std::uint64_t line() const override { return lines_.number(); }
  std::uint64_t empty_lines() const override { return lines_.empty_lines(); }
  std::uint64_t digest() override { return lines_.digest(); }
  InputPlace place(std::size_t column) const override { return lines_.place(0, names_[column]); }
  std::string how_missing(std::size_t column) const override;
  std::string without_rows() const override;

 private:
  class Parser;
  // The value of a column, where it was last.
  struct Value {
    std::uint64_t line = 0;  // 0: nowhere so far
    bool is_null = false;
    std::size_t begin = 0;  // in `text_`
    std::size_t end = 0;
  };

  bool read() override;
  void add_column(const std::string& name);
  // Takes a field of this row. False when the row has had it before, or there would be too many columns.
  bool take(const std::string& name, std::string_view text, bool is_null);
  std::size_t column_of(const std::string& name);

  LineReader lines_;
  const bool names_are_known_;
  std::unordered_map<std::string, std::size_t> columns_;  // by name; only looked up
  std::vector<Value> values_;                             // one for each column
  std::vector<std::size_t> order_;  // the columns of the fields of a row, which are mostly those of the last
  std::size_t taken_ = 0;           // fields of this row
  std::string text_;                // the values of this row, one behind the other
  std::vector<std::string_view> views_;
};

}  // namespace dse
