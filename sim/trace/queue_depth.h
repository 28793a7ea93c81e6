// How many messages wait in a queue, as a curve over virtual time.
#pragma once

#include <cstdint>
#include <vector>

#include "dse/time.h"

namespace dse {

struct DepthPoint {
  TimeNs time_ns = 0;
  std::uint64_t event = 0;  // the last one of that time that led to it
  std::int64_t depth = 0;
};

class QueueDepth {
 public:
  // Notes that the event of that number and time added so many messages, or took them. In any order.
  void add(std::uint64_t event, TimeNs time_ns, std::int32_t by) { changes_.push_back({event, time_ns, by}); }

  bool has_changed() const { return !changes_.empty(); }
  // A point for each time at which it changed, with what it was after the last event of that time.
  std::vector<DepthPoint> points();

 private:
  struct Change {
    std::uint64_t event = 0;
    TimeNs time_ns = 0;
    std::int32_t by = 0;
  };
  std::vector<Change> changes_;
};

}  // namespace dse
