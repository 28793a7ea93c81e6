// The scheduler: a priority queue of events in a total order (virtual time, priority, sequence),
// and the virtual clock. The scheduler alone decides what happens next. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/check.h"
#include "dse/ring_buffer.h"
#include "dse/time.h"
#include "sim/world/causes.h"
#include "sim/world/event.h"
#include "sim/world/tie_break.h"

namespace dse {

class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed) { position_.seed = seed; }

  // From now on simultaneous events of normal priority come in the order that `tie_break` gives
  // them instead of the order in which they were scheduled.
  void break_ties(TieBreak tie_break);
  // From now on notes which event caused which.
  void trace_causes() { causes_ = std::make_unique<Causes>(); }

  // Schedules an event at `time_ns`, which must not be in the past.
  void schedule(TimeNs time_ns, EventKind kind, ComponentIndex target,
                EventPriority priority = EventPriority::kNormal);

  bool empty() const { return heap_.empty() && lane_.empty(); }
  std::size_t size() const { return heap_.size() + lane_.size(); }
  // The time of the next event; there must be one.
  TimeNs next_time_ns() const { return lane_is_next() ? lane_.front().time_ns : heap_.front().time_ns; }
  // Returns an event that probably has `place` others before it; null when none is known. Use it
  // only to choose what to prefetch.
  const Event* coming(std::size_t place) const { return place < lane_.size() ? &lane_.at(place) : nullptr; }
  // Removes what the program of this component waits for, if it waits for a delay or a result.
  void cancel_wait(ComponentIndex target);
  // Removes the next event and moves the clock to it.
  Event pop();
  // Counts something that happens by itself within the last popped event, and is caused by it. Returns that
  // event's number.
  std::uint64_t count_within() { return position_.event_number++; }

  // The last popped event has not happened, and is not counted: it happens at `time_ns`, with its cause ...
  void postpone(const Event& event, TimeNs time_ns);
  // ... or never.
  void cancel_last() { --position_.event_number; }

  // The number of the event during which the last popped event was scheduled; 0 if it was scheduled
  // before the run or comes from outside. Only with trace_causes.
  std::uint64_t last_cause() const { return last_cause_; }

  TimeNs now() const { return position_.virtual_time_ns; }
  // Moves the clock forward without an event, but not past the next event.
  void advance_to(TimeNs time_ns);
  std::uint64_t event_number() const { return position_.event_number; }
  const RunPosition& position() const { return position_; }

 private:
  // Four children per node: half the levels of a binary heap, and the children share a cache line
  // or two.
  static constexpr std::size_t kArity = 4;
  static bool before(const Event& a, const Event& b) {
    return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.order < b.order;
  }
  bool lane_is_next() const {
    return heap_.empty() || (!lane_.empty() && before(lane_.front(), heap_.front()));
  }
  static std::uint64_t order_of(std::uint64_t place, EventPriority priority) {
    return static_cast<std::uint64_t>(priority) << TieBreak::kBits | place;
  }
  // Apart, so that schedule() itself, which is called for each event, stays small.
  [[gnu::noinline]] void schedule_special(TimeNs time_ns, EventKind kind, ComponentIndex target,
                                          EventPriority priority);
  // Inlined, so that the event is made in its place: a copy of one just written stalls.
  [[gnu::always_inline]] void insert(const Event& event) {
    if (lane_.empty() || before(lane_.back(), event)) {
      lane_.push_back(event);
    } else {
      push_heap(event);
    }
  }
  void push_heap(const Event& event);
  void pop_heap();

  // Most events are scheduled in order of time, because a hop over the bus always takes the same
  // time. Those queue up in the lane; only the others need the heap.
  RingBuffer<Event> lane_;
  std::vector<Event> heap_;
  std::uint64_t sequence_ = 0;
  std::unique_ptr<TieBreak> tie_break_;  // null: by sequence
  std::unique_ptr<Causes> causes_;       // null: not kept
  std::uint64_t last_cause_ = 0;
  RunPosition position_;
};

}  // namespace dse
