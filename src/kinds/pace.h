// When the items of a data set are sent: at a rate, or at the times that they arrived.
#pragma once

#include <cstdint>
#include <optional>

#include "dse/time.h"
#include "kinds/item_data.h"

namespace dse {

class Pace {
 public:
  // The rate counts unless there are times.
  Pace(const Rate& rate, const std::optional<RecordedTimes>& times) : rate_(rate), times_(times) {}

  // How long after the start the first item is sent.
  TimeNs first_ns(const DataItem& first) const { return times_ ? offset_ns(first) : 0; }
  // The time between the item of this number, from 0, and the next one.
  TimeNs gap_ns(std::int64_t number, const DataItem& item, const std::optional<DataItem>& next) const {
    if (!times_) return rate_.offset_ns(number + 1) - rate_.offset_ns(number);
    return next ? offset_ns(*next) - offset_ns(item) : 0;
  }

 private:
  // Rows whose time is missing are errors, or were left out.
  TimeNs offset_ns(const DataItem& item) const { return times_->offset_ns(item.time_ns.value_or(0)); }

  Rate rate_;
  std::optional<RecordedTimes> times_;
};

}  // namespace dse
