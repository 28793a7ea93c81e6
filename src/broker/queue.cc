#include "broker/queue.h"

#include <algorithm>

#include "core/check.h"

namespace dse {

void Turns::insert(StreamIndex stream, std::int32_t priority) {
  if (ranked_ == nullptr) {
    ranked_ = std::make_unique<std::vector<Ranked>>();
    if (first_) ranked_->push_back({.stream = *first_});
    while (!others_.empty()) ranked_->push_back({.stream = others_.pop_front()});
  }
  const auto place = std::find_if(ranked_->begin(), ranked_->end(),
                                  [priority](const Ranked& other) { return other.priority < priority; });
  ranked_->insert(place, {.stream = stream, .priority = priority});
  first_ = ranked_->front().stream;
}

void Turns::remove_ranked(StreamIndex stream) {
  std::erase_if(*ranked_, [stream](const Ranked& one) { return one.stream == stream; });
  first_.reset();
  if (!ranked_->empty()) first_ = ranked_->front().stream;
}

Queue::Queue(std::unique_ptr<QueuePolicies> policies) : policies_(std::move(policies)) {
  if (policies_ != nullptr) lanes_above_.resize(static_cast<std::size_t>(policies_->options().max_priority));
}

void Queue::add_policies() { policies_ = std::make_unique<QueuePolicies>(QueueOptions()); }

void Queue::Lane::put_back(std::uint64_t place, QueuedMessage message) {
  message.redelivered = true;
  if (returned_ == nullptr) returned_ = std::make_unique<std::map<std::uint64_t, QueuedMessage>>();
  const bool inserted = returned_->emplace(place, std::move(message)).second;
  DSE_CHECK(inserted, "two messages at place {} of one queue", place);
}

QueuedMessage Queue::Lane::pop() {
  if (returned_ != nullptr && !returned_->empty()) {
    const auto first = returned_->begin();
    QueuedMessage message = std::move(first->second);
    returned_->erase(first);
    return message;
  }
  return fresh_.pop_front();
}

void Queue::Lane::add_waiting(std::vector<MessagePtr>& messages, std::size_t most) const {
  if (returned_ != nullptr) {
    for (const auto& [place, queued] : *returned_) {
      if (messages.size() == most) return;
      messages.push_back(queued.message);
    }
  }
  for (std::size_t place = 0; place < fresh_.size() && messages.size() < most; ++place) {
    messages.push_back(fresh_.at(place).message);
  }
}

std::size_t Queue::priority_of(const Message& message) const {
  if (lanes_above_.empty()) return 0;
  return std::min<std::size_t>(message.priority().value_or(0), lanes_above_.size());
}

std::size_t Queue::first_priority() const {
  std::size_t priority = lanes_above_.size();
  while (priority > 0 && lane(priority).empty()) --priority;
  return priority;
}

void Queue::note_entry(const QueuedMessage& message) {
  ++depth_;
  if (counts_bytes()) bytes_ += message.message->payload().size();
}

void Queue::push(QueuedMessage message) {
  message.position = next_position_++;
  note_entry(message);
  const std::size_t priority = priority_of(*message.message);
  lane(priority).push(std::move(message));
}

void Queue::put_back(QueuedMessage message) {
  note_entry(message);
  const std::uint64_t place = message.position;
  const std::size_t priority = priority_of(*message.message);
  lane(priority).put_back(place, std::move(message));
}

void Queue::put_back_in_turn(QueuedMessage message) {
  note_entry(message);
  lane_.put_back(next_return_++, std::move(message));
}

QueuedMessage Queue::pop() {
  DSE_CHECK(!empty(), "pop from an empty queue");
  --depth_;
  if (policies_ == nullptr) return lane_.pop();
  QueuedMessage message = lane(first_priority()).pop();
  if (counts_bytes()) bytes_ -= message.message->payload().size();
  return message;
}

std::vector<MessagePtr> Queue::waiting(std::size_t most) const {
  std::vector<MessagePtr> messages;
  for (auto lane = lanes_above_.rbegin(); lane != lanes_above_.rend(); ++lane)
    lane->add_waiting(messages, most);
  lane_.add_waiting(messages, most);
  return messages;
}

}  // namespace dse
