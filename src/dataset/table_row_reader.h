// The rows of a table as learners and runs take them, one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dataset/class_names.h"
#include "dataset/missing_texts.h"
#include "dataset/table_options.h"
#include "dataset/table_records.h"
#include "dataset/table_scan.h"
#include "dataset/time_column.h"
#include "dse/time.h"

namespace dse {

struct TableRow {
  std::uint64_t number = 0;         // counts the rows of the file from 1, also those left out
  std::uint64_t line = 0;           // on which it starts, from 1
  std::span<const float> features;  // as many as TableScan::features; valid until the next row
  std::optional<int> label;         // the number of its class; empty in a table without labels
  std::optional<TimeNs> time_ns;    // virtual time, never less than before; empty in a table without times
};

// Reads the file that was scanned once more, in memory that does not depend on its length. One thread at a
// time.
class TableRowReader {
 public:
  // `scan` is what scan_table() said of these options.
  TableRowReader(const TableOptions& options, std::shared_ptr<const TableScan> scan);

  // The next row that is not left out; empty at the end of the file. Throws InputError when the file is not
  // the one that was scanned any more: for a row that the scan would have refused, and at the end for every
  // other difference. Until then, rows of the changed file may have been returned.
  std::optional<TableRow> next();
  // Begins again with the first row.
  void rewind();

 private:
  // Whether the row has all values; if so, they are in `features_` and `row_`.
  bool take_row();
  bool take_feature(std::size_t index);
  bool take_label(std::string_view text);
  bool take_time(std::string_view text);
  [[noreturn]] void refuse_changed() const;

  const TableOptions options_;
  const std::shared_ptr<const TableScan> scan_;
  const MissingTexts missing_;
  const ClassNames classes_;
  std::vector<float> means_;  // one for each feature, if they replace what is missing
  std::unique_ptr<TableRecords> rows_;
  std::optional<TimeColumn> time_;
  std::vector<float> features_;
  TableRow row_;
};

}  // namespace dse
