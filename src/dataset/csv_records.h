// The rows of a CSV file beneath the names of its columns.
#pragma once

#include "dataset/csv_reader.h"
#include "dataset/table_records.h"

namespace dse {

// Throws InputError for whatever CsvReader refuses, for a file without any record, for two columns of one
// name, for a name that is not UTF-8, and for a row that has not as many fields as there are columns.
class CsvRecords final : public TableRecords {
 public:
  explicit CsvRecords(const TableOptions& options);

  std::uint64_t line() const override { return csv_.line(); }
  std::uint64_t empty_lines() const override { return csv_.empty_lines(); }
  std::uint64_t digest() override { return csv_.digest(); }
  InputPlace place(std::size_t column) const override { return csv_.place(column, names_[column]); }
  std::string how_missing(std::size_t column) const override;
  std::string without_rows() const override;

 private:
  bool read() override;
  void read_names(bool header);
  [[noreturn]] void refuse_field_count() const;

  CsvReader csv_;
  const bool header_;
  bool first_waits_ = false;  // the first record was read for the number of its fields
};

}  // namespace dse
