// The column of a table that says when each row happens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dataset/instant.h"
#include "dataset/table_options.h"
#include "dataset/table_records.h"

namespace dse {

// Read from the first row to the last.
class TimeColumn {
 public:
  // `column` is its index.
  TimeColumn(const TableOptions& options, std::size_t column);

  // The virtual time of this row, whose field in the column, without spaces, is `text`. Throws InputError
  // when it is not a time of the expected form, is before that of an earlier row, is before 0, or is too late
  // for virtual time.
  TimeNs read(const TableRecords& rows, std::string_view text);

 private:
  Instant parse(const TableRecords& rows, std::string_view text);
  TimeNs since_origin(const TableRecords& rows, std::string_view text, const Instant& instant);
  [[noreturn]] void refuse(const TableRecords& rows, std::string_view text, std::string_view why) const;

  std::size_t column_;
  std::optional<TimeUnit> unit_;
  TimeOrigin origin_is_;
  bool dates_ = false;
  bool any_ = false;  // whether a row was read
  Instant origin_;
  Instant last_;
  std::string last_text_;
};

}  // namespace dse
