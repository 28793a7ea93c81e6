// Which event caused which: for each scheduled event, the number of the event during which it was
// scheduled.
//
// Events of one kind and target happen in the order in which they were scheduled, whatever the
// order among targets: the frames of a link are first in, first out, and a program waits for one
// thing at a time. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dse/ring_buffer.h"
#include "sim/world/event.h"

namespace dse {

class Causes {
 public:
  struct Scheduled {
    EventKind kind;
    ComponentIndex target;
    std::uint64_t cause;
  };
  void note(const Scheduled& scheduled) {
    if (!waiting_.contains(scheduled.target)) waiting_.resize(scheduled.target.number() + 1);
    waiting_[scheduled.target][static_cast<std::size_t>(scheduled.kind)].push_back(scheduled.cause);
  }
  // Returns the cause of the event that happens now, which must have been noted.
  std::uint64_t take(EventKind kind, ComponentIndex target) {
    return waiting_[target][static_cast<std::size_t>(kind)].pop_front();
  }
  // Puts back what take() has just returned: the event is to happen later, before others of its kind and
  // target.
  void put_back(const Scheduled& scheduled) {
    waiting_[scheduled.target][static_cast<std::size_t>(scheduled.kind)].push_front(scheduled.cause);
  }

 private:
  // Indexed by kind.
  using Waiting = std::array<RingBuffer<std::uint64_t>, kEventKinds>;
  IndexedVector<ComponentIndex, Waiting> waiting_;
};

}  // namespace dse
