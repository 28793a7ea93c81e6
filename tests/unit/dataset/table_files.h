// Tables for the tests, and what reading them gives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataset/table_row_reader.h"
#include "dataset/table_scan.h"
#include "idx_files.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

// A table in a file of its own. The options' file is set here.
class TableFile {
 public:
  explicit TableFile(const std::string& bytes, dse::TableOptions options = {})
      : options_(std::move(options)) {
    options_.file = write_file(folder_.file("table.csv"), bytes);
  }

  const dse::TableOptions& options() const { return options_; }
  void rewrite(const std::string& bytes) { write_file(options_.file, bytes); }
  dse::TableScan scan() const { return dse::scan_table(options_); }
  dse::TableRowReader reader() const {
    return {options_, std::make_shared<const dse::TableScan>(dse::scan_table(options_))};
  }
  // Without the path.
  std::string scan_error() const {
    return without_path(input_error([&] { scan(); }));
  }
  std::string without_path(const std::string& error) const {
    return error.empty() ? "" : error.substr(options_.file.size() + 1);
  }

 private:
  TemporaryFolder folder_;
  dse::TableOptions options_;
};

// A row that outlives its reader.
struct ReadRow {
  std::uint64_t number = 0;
  std::vector<float> features;
  std::optional<int> label;
  std::optional<dse::TimeNs> time_ns;

  bool operator==(const ReadRow&) const = default;
};

inline std::vector<ReadRow> rows_of(dse::TableRowReader& reader) {
  std::vector<ReadRow> rows;
  while (const std::optional<dse::TableRow> row = reader.next()) {
    rows.push_back({row->number, {row->features.begin(), row->features.end()}, row->label, row->time_ns});
  }
  return rows;
}

inline std::vector<ReadRow> rows_of(const std::string& bytes, const dse::TableOptions& options = {}) {
  dse::TableRowReader reader = TableFile(bytes, options).reader();
  return rows_of(reader);
}

// The error of scanning a table of these bytes, without the path.
inline std::string scan_error(const std::string& bytes, const dse::TableOptions& options = {}) {
  return TableFile(bytes, options).scan_error();
}
