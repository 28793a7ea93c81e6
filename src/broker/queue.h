// One queue: the messages that wait, in order, and the streams that compete for them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "dse/index.h"
#include "dse/message.h"
#include "dse/ring_buffer.h"

namespace dse {

using StreamIndex = Index<struct StreamKind>;

struct QueuedMessage {
  MessagePtr message;
  std::uint64_t position = 0;  // place in the queue, given when the message first came
  bool redelivered = false;
};

// Streams in the order of their turns. Most queues have just one, for which nothing is allocated.
class Turns {
 public:
  bool empty() const { return !first_.has_value(); }
  void push_back(StreamIndex stream) {
    if (first_) {
      others_.push_back(stream);
    } else {
      first_ = stream;
    }
  }
  // Removes and returns the first stream. There must be one.
  StreamIndex pop_front() {
    const StreamIndex stream = *first_;
    first_.reset();
    if (!others_.empty()) first_ = others_.pop_front();
    return stream;
  }
  // Removes the stream if it is in turn; the others keep their order.
  void remove(StreamIndex stream) {
    if (first_ == stream) {
      pop_front();
    } else {
      others_.remove(stream);
    }
  }

 private:
  std::optional<StreamIndex> first_;  // empty if there are none
  RingBuffer<StreamIndex> others_;
};

class Queue {
 public:
  // Puts a new message at the end.
  void push(MessagePtr message);
  // Does what push and then pop would do on an empty queue.
  QueuedMessage pass(MessagePtr message) { return {std::move(message), next_position_++, false}; }
  // Puts a message back to its original place, marked redelivered.
  void put_back(QueuedMessage message);
  // Removes and returns the first message. The queue must not be empty.
  QueuedMessage pop();

  std::size_t depth() const { return fresh_.size() + (returned_ == nullptr ? 0 : returned_->size()); }
  bool empty() const { return fresh_.empty() && (returned_ == nullptr || returned_->empty()); }
  // The first waiting messages, in order, at most `most`.
  std::vector<MessagePtr> waiting(std::size_t most) const;

  // The most messages that ever waited at once; kept by note_depth, which the broker calls at the end of a
  // step, so that a message delivered at once does not count.
  std::size_t depth_max() const { return depth_max_; }
  void note_depth() { depth_max_ = depth() > depth_max_ ? depth() : depth_max_; }

  // Streams in the order of their turns, as RabbitMQ keeps its consumers (rabbit_queue_consumers):
  // a stream that was served goes to the end; one that is full when a message comes drops out, and
  // rejoins at the end when it settles.
  Turns& turns() { return turns_; }
  std::size_t streams = 0;  // open streams, full or not

 private:
  RingBuffer<QueuedMessage> fresh_;
  // Messages that were put back; all of them come before those that never left. Allocated for the
  // first one.
  std::unique_ptr<std::map<std::uint64_t, QueuedMessage>> returned_;
  std::uint64_t next_position_ = 0;
  Turns turns_;
  std::size_t depth_max_ = 0;
};

}  // namespace dse
