// What one pass over a whole table finds out: what a reader of its rows needs, and what a user wants to know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataset/column_profile.h"
#include "dataset/table_options.h"
#include "dse/time.h"

namespace dse {

struct TableColumn {
  std::string name;
  ColumnType type = ColumnType::kEmpty;
  std::uint64_t missing = 0;
  // Over the numbers of all rows; nothing in a column of text, and in the label's.
  struct Numbers {
    double least = 0;
    double most = 0;
    double mean = 0;
  };
  std::optional<Numbers> numbers;
};

struct TableScan {
  std::string file;
  std::uint64_t digest = 0;         // XXH3 of the file on disk
  std::uint64_t rows = 0;           // all, without the header
  std::uint64_t rows_left_out = 0;  // those that lack a value, with Missing::kSkip
  std::uint64_t means_used = 0;     // missing fields of features, with Missing::kMean
  std::uint64_t empty_lines = 0;

  std::vector<TableColumn> columns;
  std::vector<std::size_t> features;  // indices of columns; in the order in which the user listed them
  std::optional<std::size_t> label;
  std::optional<std::size_t> time;
  std::vector<std::string> classes;  // by number; empty without a label

  // As the first and the last row that has a time says, and as virtual time.
  struct Times {
    std::string first;
    std::string last;
    TimeNs first_ns = 0;
    TimeNs last_ns = 0;
  };
  std::optional<Times> times;

  // Columns that would be features, but hold a text somewhere below numbers: the first such text.
  struct MixedColumn {
    std::string name;
    std::string place;      // ":52:3": the line and the column
    std::string text;       // as shown to people
    std::uint64_t numbers;  // before it
  };
  std::vector<MixedColumn> mixed;

  // Lines for human readers, each with its end: the file, then one for each column.
  std::string describe() const;
  // What a user should know who does not ask for the description: a sentence each, about values and rows
  // that are not used as they stand there.
  std::vector<std::string> notes() const;

 private:
  std::string line_of(std::size_t column, bool is_feature) const;
  std::string some_classes() const;
};

// Reads the file from front to end, in memory that does not depend on its length. When the features are not
// listed, and rows were left out for lack of a value in a column that turned out to be none of numbers, it
// reads the file once more.
//
// Throws InputError for what CsvRecords, JsonRecords and TimeColumn refuse. The error names file, line,
// column and value where a feature that was listed is not a number; where a feature is not finite, beyond a
// float's range, or missing although Missing says that it may not be, as for a label or a time; and for a
// label that is not one of the listed classes, or is not UTF-8. It names the option (key) that names no
// column, or one that cannot be what it should. Refused are also more than kClassesMax labels, a table
// without a feature or a row, one of whose rows none is left, and a feature whose mean is wanted and that has
// no numbers.
TableScan scan_table(const TableOptions& options);

}  // namespace dse
