#include "broker/queue.h"

#include "core/check.h"

namespace dse {

void Queue::push(MessagePtr message) { fresh_.push_back({std::move(message), next_position_++, false}); }

void Queue::put_back(QueuedMessage message) {
  message.redelivered = true;
  const std::uint64_t position = message.position;
  if (returned_ == nullptr) returned_ = std::make_unique<std::map<std::uint64_t, QueuedMessage>>();
  const bool inserted = returned_->emplace(position, std::move(message)).second;
  DSE_CHECK(inserted, "two messages at place {} of one queue", position);
}

QueuedMessage Queue::pop() {
  DSE_CHECK(!empty(), "pop from an empty queue");
  if (returned_ != nullptr && !returned_->empty()) {
    const auto first = returned_->begin();
    QueuedMessage message = std::move(first->second);
    returned_->erase(first);
    return message;
  }
  return fresh_.pop_front();
}

std::vector<MessagePtr> Queue::waiting(std::size_t most) const {
  std::vector<MessagePtr> messages;
  if (returned_ != nullptr) {
    for (const auto& [position, queued] : *returned_) {
      if (messages.size() == most) return messages;
      messages.push_back(queued.message);
    }
  }
  for (std::size_t place = 0; place < fresh_.size() && messages.size() < most; ++place) {
    messages.push_back(fresh_.at(place).message);
  }
  return messages;
}

}  // namespace dse
