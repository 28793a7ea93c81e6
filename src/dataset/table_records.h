// The rows of a CSV file beneath the names of its columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/csv_reader.h"
#include "dataset/table_options.h"

namespace dse {

// Throws InputError for whatever CsvReader refuses, for a file without any record, for two columns of one
// name, for a name that is not UTF-8, and for a row that has not as many fields as there are columns.
class TableRecords {
 public:
  explicit TableRecords(const TableOptions& options);

  const std::vector<std::string>& names() const { return names_; }
  std::size_t columns() const { return names_.size(); }

  // Goes to the next row. False at the end of the file.
  bool next();
  // One for each column; valid until the next call of next().
  std::span<const std::string_view> fields() const { return csv_.fields(); }
  // The number of the row, from 1.
  std::uint64_t row() const { return row_; }
  // The line on which it starts, from 1.
  std::uint64_t line() const { return csv_.line(); }
  std::uint64_t empty_lines() const { return csv_.empty_lines(); }
  // XXH3 of the file on disk; only after next() returned false.
  std::uint64_t digest() { return csv_.digest(); }

  // The place of a field of this row.
  InputPlace place(std::size_t column) const { return csv_.place(column, names_[column]); }

 private:
  void read_names(bool header);
  [[noreturn]] void refuse_field_count() const;

  CsvReader csv_;
  const bool header_;
  std::vector<std::string> names_;
  std::uint64_t row_ = 0;
  bool first_waits_ = false;  // the first record was read for the number of its fields
};

}  // namespace dse
