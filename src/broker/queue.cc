#include "broker/queue.h"

#include "core/check.h"

namespace dse {

void Queue::push(MessagePtr message) { fresh_.push_back({std::move(message), next_position_++, false}); }

void Queue::put_back(QueuedMessage message) {
  message.redelivered = true;
  const std::uint64_t position = message.position;
  const bool inserted = returned_.emplace(position, std::move(message)).second;
  DSE_CHECK(inserted, "two messages at place {} of one queue", position);
}

QueuedMessage Queue::pop() {
  DSE_CHECK(!empty(), "pop from an empty queue");
  if (!returned_.empty()) {
    const auto first = returned_.begin();
    QueuedMessage message = std::move(first->second);
    returned_.erase(first);
    return message;
  }
  return fresh_.pop_front();
}

}  // namespace dse
