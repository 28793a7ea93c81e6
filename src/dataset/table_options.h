// What a scenario says of a table: which file it is, and what its columns mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dse {

// What becomes of a row that lacks a value.
enum class Missing {
  kRefuse,  // it is an error
  kMean,    // a feature gets the mean of its column; a label or a time that is missing is an error
  kSkip,    // the row is left out
};

enum class TableFormat {
  kCsv,
  kJsonl,  // an object on each line
};

enum class TimeUnit { kSecond, kMillisecond, kMicrosecond, kNanosecond };

// Which time is 0. Times before it are an error.
enum class TimeOrigin {
  kFirstRow,  // that of the first row that has a time
  kZero,      // the column's own 0; 1970-01-01T00:00:00Z when it holds date-times
};

// The columns of a CSV file are named by the header or, without one, "1", "2" and so on. A column that the
// header leaves without a name is named by its number, too. Those of a JSONL file are the fields that any of
// its rows has: see json_records.h.
struct TableOptions {
  std::string file;
  TableFormat format = TableFormat::kCsv;
  char separator = ',';  // CSV alone has it, and a header
  bool header = true;

  std::vector<std::string> features;  // none: every column of numbers that is neither label nor time
  std::optional<std::string> label;
  // The labels, whose order gives the numbers. None: the distinct labels of the whole file, as numbers if all
  // are integers, bytewise otherwise.
  std::vector<std::string> classes;

  Missing missing = Missing::kRefuse;
  // The fields that say that a value is missing, without the spaces around them. In JSONL a field that is
  // null or absent says so as well.
  std::vector<std::string> missing_texts = {"", "NA", "NaN", "null", "?"};

  std::optional<std::string> time;
  // The unit of the column's decimal numbers. None: seconds, or ISO 8601 date-times, as its first value
  // shows.
  std::optional<TimeUnit> time_unit;
  TimeOrigin time_origin = TimeOrigin::kFirstRow;
};

}  // namespace dse
