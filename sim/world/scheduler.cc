#include "sim/world/scheduler.h"

#include <algorithm>
#include <utility>

namespace dse {

void Scheduler::schedule(TimeNs time_ns, EventKind kind, ComponentIndex target, EventPriority priority) {
  DSE_CHECK(time_ns >= now(), "an event at {} ns lies in the past of {} ns", time_ns, now());
  if (tie_break_ || causes_) [[unlikely]]
    return schedule_special(time_ns, kind, target, priority);
  insert({time_ns, order_of(sequence_++, priority), target, kind});
}

void Scheduler::postpone(const Event& event, TimeNs time_ns) {
  DSE_CHECK(time_ns > now(), "an event cannot be postponed from {} to {} ns", now(), time_ns);
  cancel_last();
  if (causes_) causes_->put_back({event.kind, event.target, last_cause_});
  const std::uint64_t priority = event.order >> TieBreak::kBits << TieBreak::kBits;
  const bool permuted = tie_break_ && priority == static_cast<std::uint64_t>(EventPriority::kNormal)
                                                      << TieBreak::kBits;
  insert({time_ns, priority | (permuted ? tie_break_->next(event.kind, event.target) : sequence_++),
          event.target, event.kind});
}

// What only runs with an ordering or a record need.
void Scheduler::schedule_special(TimeNs time_ns, EventKind kind, ComponentIndex target,
                                 EventPriority priority) {
  std::uint64_t place = sequence_++;
  if (tie_break_ && priority == EventPriority::kNormal) place = tie_break_->next(kind, target);
  if (causes_) causes_->note({kind, target, priority == EventPriority::kImport ? 0 : position_.event_number});
  insert({time_ns, order_of(place, priority), target, kind});
}

void Scheduler::break_ties(TieBreak tie_break) {
  position_.ordering = tie_break.ordering();
  tie_break_ = std::make_unique<TieBreak>(std::move(tie_break));
}

// Every event moves to the heap: this is for what happens rarely.
void Scheduler::cancel_wait(ComponentIndex target) {
  std::vector<Event> events;
  events.swap(heap_);
  while (!lane_.empty()) events.push_back(lane_.pop_front());
  for (const Event& event : events) {
    const bool waited_for = event.kind == EventKind::kTimer || event.kind == EventKind::kResult;
    if (!waited_for || event.target != target) {
      push_heap(event);
    } else if (causes_) {
      causes_->take(event.kind, target);
    }
  }
}

Event Scheduler::pop() {
  DSE_CHECK(!empty(), "no event is left");
  Event first;
  if (lane_is_next()) {
    first = lane_.pop_front();
  } else {
    first = heap_.front();
    pop_heap();
  }
  position_.virtual_time_ns = first.time_ns;
  ++position_.event_number;
  if (causes_) [[unlikely]]
    last_cause_ = causes_->take(first.kind, first.target);
  return first;
}

void Scheduler::push_heap(const Event& event) {
  std::size_t at = heap_.size();
  heap_.push_back(event);
  while (at > 0) {
    const std::size_t parent = (at - 1) / kArity;
    if (!before(event, heap_[parent])) break;
    heap_[at] = heap_[parent];
    at = parent;
  }
  heap_[at] = event;
}

void Scheduler::pop_heap() {
  const Event event = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return;
  std::size_t at = 0;
  for (;;) {
    const std::size_t first_child = at * kArity + 1;
    if (first_child >= heap_.size()) break;
    const std::size_t end = std::min(first_child + kArity, heap_.size());
    std::size_t smallest = first_child;
    for (std::size_t child = first_child + 1; child < end; ++child) {
      if (before(heap_[child], heap_[smallest])) smallest = child;
    }
    if (!before(heap_[smallest], event)) break;
    heap_[at] = heap_[smallest];
    at = smallest;
  }
  heap_[at] = event;
}

void Scheduler::advance_to(TimeNs time_ns) {
  DSE_CHECK(time_ns >= now() && (empty() || time_ns <= next_time_ns()), "the clock cannot jump to {} ns",
            time_ns);
  position_.virtual_time_ns = time_ns;
}

}  // namespace dse
