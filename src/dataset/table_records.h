// The rows of a table's file beneath the names of its columns, whatever the file's format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/table_options.h"
#include "dse/error.h"

namespace dse {

// Reads from the first row to the last, in constant memory. What a format refuses is in its own header. One
// thread at a time.
class TableRecords {
 public:
  virtual ~TableRecords() = default;
  TableRecords(const TableRecords&) = delete;
  TableRecords& operator=(const TableRecords&) = delete;

  // Those that are known. A row of JSONL may add some, behind the others.
  const std::vector<std::string>& names() const { return names_; }
  std::size_t columns() const { return names_.size(); }
  // The names of the columns that are in the file, as far as it was read. The others are only asked for.
  virtual std::vector<std::string> found_names() const { return names_; }

  // Goes to the next row. False at the end of the file.
  bool next() {
    if (!read()) return false;
    ++row_;
    return true;
  }
  // One for each column; valid until the next call of next().
  std::span<const std::string_view> fields() const { return fields_; }
  // The number of the row, from 1.
  std::uint64_t row() const { return row_; }
  // The line on which it starts, from 1.
  virtual std::uint64_t line() const = 0;
  virtual std::uint64_t empty_lines() const = 0;
  // XXH3 of the file on disk; only after next() returned false.
  virtual std::uint64_t digest() = 0;

  // The place of a field of this row.
  virtual InputPlace place(std::size_t column) const = 0;
  // How this row says that the column's value is missing: "the field is \"NA\"".
  virtual std::string how_missing(std::size_t column) const = 0;
  // What a file without any row holds.
  virtual std::string without_rows() const = 0;

 protected:
  TableRecords() = default;
  // Reads the next row into `fields_`. False at the end of the file.
  virtual bool read() = 0;

  std::vector<std::string> names_;
  std::span<const std::string_view> fields_;

 private:
  std::uint64_t row_ = 0;
};

// Opens the file for its first reading, which finds out which columns there are.
std::unique_ptr<TableRecords> open_table(const TableOptions& options);
// Opens it again; `names` are those of all columns, in the order in which the first reading had them.
std::unique_ptr<TableRecords> open_table_again(const TableOptions& options, std::vector<std::string> names);

// The fields that say that a value is missing.
std::vector<std::string> missing_texts(const TableOptions& options);

}  // namespace dse
