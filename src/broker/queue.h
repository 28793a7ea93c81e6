// One queue: the messages that wait, in order, and the streams that compete for them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/queue_policies.h"
#include "dse/index.h"
#include "dse/message.h"
#include "dse/ring_buffer.h"
#include "dse/time.h"

namespace dse {

struct QueuedMessage {
  MessagePtr message;
  std::uint64_t position = 0;    // place in the queue, given when the message first came
  TimeNs expires_ns = kNeverNs;  // when its time to live is over
  ResourceIndex exchange;        // to which it was published
  std::uint16_t returns = 0;     // how often it came back into the queue
  bool redelivered = false;
};

// Streams in the order of their turns: those of a higher priority first. Most queues have just one, for which
// nothing is allocated.
class Turns {
 public:
  bool empty() const { return !first_.has_value(); }
  // Behind all others of its priority.
  void push_back(StreamIndex stream, std::int32_t priority = 0) {
    if (ranked_ != nullptr || priority != 0) return insert(stream, priority);
    if (first_) {
      others_.push_back(stream);
    } else {
      first_ = stream;
    }
  }
  // Removes and returns the first stream. There must be one.
  StreamIndex pop_front() {
    const StreamIndex stream = *first_;
    if (ranked_ != nullptr) {
      remove_ranked(stream);
      return stream;
    }
    first_.reset();
    if (!others_.empty()) first_ = others_.pop_front();
    return stream;
  }
  // Removes the stream if it is in turn; the others keep their order.
  void remove(StreamIndex stream) {
    if (ranked_ != nullptr) {
      remove_ranked(stream);
    } else if (first_ == stream) {
      pop_front();
    } else {
      others_.remove(stream);
    }
  }

 private:
  struct Ranked {
    StreamIndex stream;
    std::int32_t priority = 0;
  };

  void insert(StreamIndex stream, std::int32_t priority);
  void remove_ranked(StreamIndex stream);

  std::optional<StreamIndex> first_;  // empty if there are none
  RingBuffer<StreamIndex> others_;
  // All of them, once one has had a priority: then others_ is empty.
  std::unique_ptr<std::vector<Ranked>> ranked_;
};

class Queue {
 public:
  // Without policies, a plain classic queue.
  explicit Queue(std::unique_ptr<QueuePolicies> policies = nullptr);

  // Null for a plain queue.
  QueuePolicies* policies() { return policies_.get(); }
  const QueuePolicies* policies() const { return policies_.get(); }

  // Gives a plain queue policies that ask for nothing.
  void add_policies();

  // Puts a message at the end: a new one, or one that a quorum queue takes as new.
  void push(QueuedMessage message);
  // A position behind all that were given.
  std::uint64_t next_position() { return next_position_++; }
  // Puts a message back to its original place, marked redelivered.
  void put_back(QueuedMessage message);
  // Puts a message back behind those that came back before it, and before all that never left, marked
  // redelivered.
  void put_back_in_turn(QueuedMessage message);
  // The first message: of the highest priority, the first in its order. The queue must not be empty.
  const QueuedMessage& first() const { return lane(first_priority()).first(); }
  // Removes and returns it.
  QueuedMessage pop();

  std::size_t depth() const { return depth_; }
  bool empty() const { return depth_ == 0; }
  // The bytes of the payloads that wait; kept only where max_length_bytes limits them.
  std::size_t bytes() const { return bytes_; }
  // The first waiting messages, in order, at most `most`.
  std::vector<MessagePtr> waiting(std::size_t most) const;

  // The most messages that ever waited at once; kept by note_depth, which the broker calls at the end of a
  // step, so that a message delivered at once does not count.
  std::size_t depth_max() const { return depth_max_; }
  void note_depth() { depth_max_ = depth_ > depth_max_ ? depth_ : depth_max_; }

  // Streams in the order of their turns, as RabbitMQ keeps its consumers (rabbit_queue_consumers):
  // a stream that was served goes to the end; one that is full when a message comes drops out, and
  // rejoins at the end when it settles.
  Turns& turns() { return turns_; }
  std::size_t streams = 0;  // open streams, full or not

 private:
  // The messages of one priority.
  class Lane {
   public:
    bool empty() const { return fresh_.empty() && (returned_ == nullptr || returned_->empty()); }
    const QueuedMessage& first() const {
      return returned_ == nullptr || returned_->empty() ? fresh_.front() : returned_->begin()->second;
    }
    void push(QueuedMessage message) { fresh_.push_back(std::move(message)); }
    void put_back(std::uint64_t place, QueuedMessage message);
    QueuedMessage pop();
    void add_waiting(std::vector<MessagePtr>& messages, std::size_t most) const;

   private:
    RingBuffer<QueuedMessage> fresh_;
    // Messages that were put back, by their place; all of them come before those that never left. Allocated
    // for the first one.
    std::unique_ptr<std::map<std::uint64_t, QueuedMessage>> returned_;
  };

  std::size_t priority_of(const Message& message) const;
  std::size_t first_priority() const;  // the highest with messages; 0 when there are none
  const Lane& lane(std::size_t priority) const { return priority == 0 ? lane_ : lanes_above_[priority - 1]; }
  Lane& lane(std::size_t priority) { return priority == 0 ? lane_ : lanes_above_[priority - 1]; }
  bool counts_bytes() const {
    return policies_ != nullptr && policies_->options().max_length_bytes.has_value();
  }
  void note_entry(const QueuedMessage& message);

  std::size_t depth_ = 0;  // all lanes together
  Lane lane_;              // priority 0; a plain queue has no other
  std::uint64_t next_position_ = 0;
  std::unique_ptr<QueuePolicies> policies_;
  std::vector<Lane> lanes_above_;  // the priorities from 1
  std::size_t bytes_ = 0;
  std::uint64_t next_return_ = 0;  // place for put_back_in_turn
  Turns turns_;
  std::size_t depth_max_ = 0;
};

}  // namespace dse
