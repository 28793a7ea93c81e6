// What every queue held at some moment of a recorded run, worked out from the events alone.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sim/record/event_record.h"

namespace dse {

class QueueContents {
 public:
  explicit QueueContents(std::map<std::int64_t, std::vector<std::int64_t>> routes)
      : routes_(std::move(routes)) {}

  // Applies the next event, in order.
  void apply(const EventRow& event);

  // A copy of a message in a queue.
  struct Copy {
    std::int64_t message = 0;
    std::int64_t holder = -1;  // the component that received it and has not settled it; -1: it waits
  };
  // The copies in each queue that has any, in the order in which their messages were first seen.
  std::map<std::int64_t, std::vector<Copy>> queues() const;

 private:
  using Copies = std::multimap<std::int64_t, std::int64_t>;  // from message to holder

  static constexpr std::int64_t kWaits = -1;

  // The copy of the event's message that `holder` has; end when it has none.
  Copies::iterator find(const EventRow& event, std::int64_t holder);

  std::map<std::int64_t, std::vector<std::int64_t>> routes_;
  std::map<std::int64_t, Copies> queues_;
  std::set<std::int64_t> closed_;  // components whose stream is closed
};

}  // namespace dse
