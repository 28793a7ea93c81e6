#include "sim/record/queue_contents.h"

#include <algorithm>

namespace dse {

QueueContents::Copies::iterator QueueContents::find(const EventRow& event, std::int64_t holder) {
  Copies& copies = queues_[event.resource];
  const auto [first, last] = copies.equal_range(event.message);
  const auto found = std::find_if(first, last, [holder](const auto& copy) { return copy.second == holder; });
  return found == last ? copies.end() : found;
}

void QueueContents::apply(const EventRow& event) {
  switch (event.kind) {
    case EventCode::kPublished:
    case EventCode::kDeadLettered:
      for (const std::int64_t queue : routes_[event.route]) queues_[queue].emplace(event.message, kWaits);
      return;
    case EventCode::kDelivered:
    case EventCode::kRedelivered:
      // A message that was under way to a stream which the bus has closed is back in its queue.
      if (closed_.contains(event.component)) return;
      if (const auto copy = find(event, kWaits); copy != queues_[event.resource].end())
        copy->second = event.component;
      return;
    case EventCode::kRequeued:
      if (const auto copy = find(event, event.component); copy != queues_[event.resource].end())
        copy->second = kWaits;
      return;
    case EventCode::kExpired:
    case EventCode::kDropped:
    case EventCode::kGivenUp:
    case EventCode::kRemoved:
      if (const auto copy = find(event, kWaits); copy != queues_[event.resource].end())
        queues_[event.resource].erase(copy);
      return;
    case EventCode::kAcknowledged:
    case EventCode::kRejected:
      if (const auto copy = find(event, event.component); copy != queues_[event.resource].end())
        queues_[event.resource].erase(copy);
      return;
    case EventCode::kClosed:
      closed_.insert(event.component);
      for (auto& [queue, copies] : queues_) {
        for (auto& [message, holder] : copies) {
          if (holder == event.component) holder = kWaits;
        }
      }
      return;
    default:
      return;
  }
}

std::map<std::int64_t, std::vector<QueueContents::Copy>> QueueContents::queues() const {
  std::map<std::int64_t, std::vector<Copy>> contents;
  for (const auto& [queue, copies] : queues_) {
    for (const auto& [message, holder] : copies) contents[queue].push_back({message, holder});
  }
  return contents;
}

}  // namespace dse
