#include "dataset/time_column.h"

#include <fmt/format.h>

#include "dataset/wrong_value.h"

namespace dse {

TimeColumn::TimeColumn(const TableOptions& options, std::size_t column)
    : column_(column), unit_(options.time_unit), origin_is_(options.time_origin) {}

TimeNs TimeColumn::read(const TableRecords& rows, std::string_view text) {
  if (!any_) dates_ = !unit_ && looks_like_date(text);
  const Instant instant = parse(rows, text);
  if (!any_ && origin_is_ == TimeOrigin::kFirstRow) origin_ = instant;
  if (any_ && instant < last_)
    refuse(rows, text, fmt::format("is before {}, the time of an earlier row", shown(last_text_)));
  any_ = true;
  last_ = instant;
  last_text_.assign(text);
  return since_origin(rows, text, instant);
}

Instant TimeColumn::parse(const TableRecords& rows, std::string_view text) {
  const InstantText result =
      dates_ ? read_date_time(text) : read_time_number(text, unit_.value_or(TimeUnit::kSecond));
  if (!result.error.empty()) refuse(rows, text, result.error);
  return result.value;
}

TimeNs TimeColumn::since_origin(const TableRecords& rows, std::string_view text, const Instant& instant) {
  const std::optional<TimeNs> time_ns = instant.since(origin_);
  if (!time_ns) refuse(rows, text, "is more than 292 years from the time that counts as 0");
  if (*time_ns < 0) refuse(rows, text, "is before 0, where virtual time begins; let the first row's be 0");
  return *time_ns;
}

void TimeColumn::refuse(const TableRecords& rows, std::string_view text, std::string_view why) const {
  throw InputError(rows.place(column_), fmt::format("the time {} {}", shown(text), why));
}

}  // namespace dse
