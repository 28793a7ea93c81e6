// The scheduler: a priority queue of events in a total order (virtual time, priority, sequence), and the
// virtual clock. It alone decides what happens next. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/check.h"
#include "core/ring_buffer.h"
#include "core/time.h"

namespace dse {

enum class EventKind : std::uint32_t {
  kStart,              // a component's program starts
  kBusReceives,        // the next frame of a link reaches the bus
  kComponentReceives,  // the next frame of a link reaches its component
  kTimer,              // a component's delay is over
  kResult,             // a component's computation is due
};

// Of events at one time, lower values come first.
enum class EventPriority : std::uint8_t { kControl = 0, kNormal = 1 };

// Three words without padding, so that copying one just written does not stall.
struct Event {
  TimeNs time_ns = 0;
  std::uint64_t order = 0;   // priority in the top byte, then the sequence number
  std::uint32_t target = 0;  // a link
  EventKind kind = EventKind::kStart;
};

class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed) { position_.seed = seed; }

  // An event at `time_ns`, which must not be past.
  void schedule(TimeNs time_ns, EventKind kind, std::uint32_t target,
                EventPriority priority = EventPriority::kNormal);

  bool empty() const { return heap_.empty() && lane_.empty(); }
  std::size_t size() const { return heap_.size() + lane_.size(); }
  // When the next event happens; there must be one.
  TimeNs next_time_ns() const { return lane_is_next() ? lane_.front().time_ns : heap_.front().time_ns; }
  // Takes the next event and moves the clock to it.
  Event pop();

  TimeNs now() const { return position_.virtual_time_ns; }
  // Moves the clock on without an event; not backwards and not past the next event.
  void advance_to(TimeNs time_ns);
  std::uint64_t event_number() const { return position_.event_number; }
  const RunPosition& position() const { return position_; }

 private:
  // Four children a node: half the levels of a binary heap, and the children share a cache line or two.
  static constexpr std::size_t kArity = 4;
  static bool before(const Event& a, const Event& b) {
    return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.order < b.order;
  }
  bool lane_is_next() const {
    return heap_.empty() || (!lane_.empty() && before(lane_.front(), heap_.front()));
  }
  void push_heap(const Event& event);
  void pop_heap();

  // Most events come in order: a hop over the bus always takes the same time. Those queue up in the lane;
  // only the others cost a heap.
  RingBuffer<Event> lane_;
  std::vector<Event> heap_;
  std::uint64_t sequence_ = 0;
  RunPosition position_;
};

}  // namespace dse
