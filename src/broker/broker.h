// The broker: a pure state machine of resources, bindings, queues and streams. No socket, no clock, no
// thread, no randomness: the same calls give the same answers.
//
// A resource is a topic exchange and a queue of one name, the queue bound to the exchange with `#`; the queue
// exists from the moment somebody streams it or binds into it. Words and rules are those of AMQP 0-9-1 as
// RabbitMQ implements it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/queue.h"
#include "broker/topic_trie.h"
#include "core/prefetch.h"
#include "dse/binding.h"
#include "dse/message.h"

namespace dse {

using ResourceIndex = std::uint32_t;
// The broker's number for one delivery.
using DeliveryTag = std::uint64_t;

struct Delivery {
  StreamIndex stream = 0;
  DeliveryTag tag = 0;
  bool redelivered = false;
  MessagePtr message;
};

// What follows from one call.
struct Effects {
  std::vector<Delivery> deliveries;    // in order
  bool routed = true;                  // of publish: at least one queue took the message
  MessagePtr returned;                 // of publish: the message, when it was mandatory and not routed
  std::span<const QueueIndex> queues;  // of publish: those that took a copy, by the resource's index
};

// Which message was settled by acknowledge or reject, and where.
struct Settled {
  ResourceIndex resource = 0;
  MessagePtr message;
};

struct PublishOptions {
  bool mandatory = false;
};

class Broker {
 public:
  // A queue that holds this many messages refuses the next one with a RunError.
  static constexpr std::size_t kQueueDepthMax = 10'000'000;

  // The resource of this name, made if it is not there.
  ResourceIndex declare(std::string_view name);
  const std::string& name(ResourceIndex resource) const { return resources_[resource]->name; }
  std::uint64_t name_hash(ResourceIndex resource) const { return resources_[resource]->name_hash; }
  std::size_t resource_count() const { return resources_.size(); }

  // Binds; declares both resources. Binding the same twice changes nothing.
  void bind(const BindingSpec& binding);

  // The calls below return what follows from them, valid until the next call; the caller may move out of it.

  // One copy to each queue with a matching binding. Throws RunError when a queue is full.
  Effects& publish(ResourceIndex exchange, const MessagePtr& message, PublishOptions options);
  // A new stream of the resource's queue, last in turn; at most `prefetch` deliveries of it are
  // unacknowledged at a time (0: no limit). Streams are numbered from 0 in the order of opening.
  Effects& open_stream(ResourceIndex resource, std::uint32_t prefetch);
  // Settles a delivery. A tag that is not outstanding is a programmer's mistake.
  Effects& acknowledge(DeliveryTag tag, Settled& settled);
  // Settles a delivery; with `requeue` the message goes back to its original place, marked redelivered.
  Effects& reject(DeliveryTag tag, bool requeue, Settled& settled);
  // Closes the stream; what it had not acknowledged is requeued.
  Effects& close_stream(StreamIndex stream);

  std::uint32_t stream_count() const { return static_cast<std::uint32_t>(streams_.size()); }
  bool outstanding(DeliveryTag tag) const;

  // The state, for results and for the report of a stall.
  struct QueueState {
    std::size_t depth = 0;
    std::size_t depth_max = 0;
    std::size_t unacknowledged = 0;
    std::size_t streams = 0;
  };
  // All zero when the resource has no queue.
  QueueState queue_state(ResourceIndex resource) const;
  // The two of these that change with every message, of a resource that has a queue.
  struct Load {
    std::size_t waiting = 0;
    std::size_t unacknowledged = 0;
  };
  Load load(ResourceIndex resource) const {
    const Resource& owner = *resources_[resource];
    return {owner.queue->depth(), owner.unacknowledged};
  }
  // Asks for the memory that the resource's next message needs, without reading it.
  void fetch(ResourceIndex resource) const { prefetch_lines<kLinesOfDelivery>(resources_[resource].get()); }
  // The messages that wait in the queue, in order, and those handed over and not settled yet, in no order
  // that means anything; at most so many. None when the resource has no queue.
  std::vector<MessagePtr> waiting(ResourceIndex resource, std::size_t most = SIZE_MAX) const;
  std::vector<MessagePtr> unsettled(ResourceIndex resource, std::size_t most = SIZE_MAX) const;
  std::uint64_t unroutable() const { return unroutable_; }
  // The number of the resource of this name; empty when there is none.
  std::optional<ResourceIndex> find(std::string_view name) const;
  // How many messages fitted this binding, which was made before the first of them: so many it passed into
  // its queue. What several bindings of a queue fit counts for each, though the queue gets one copy.
  std::uint64_t passed(const BindingSpec& binding) const;

 private:
  static constexpr std::size_t kLinesOfDelivery = 2;

  // What each delivery needs comes first, in kLinesOfDelivery cache lines.
  struct alignas(kCacheLineBytes) Resource {
    std::uint64_t name_hash = 0;
    std::size_t unacknowledged = 0;
    std::optional<Queue> queue;
    std::string name;
    TopicTrie bindings;
  };
  struct Stream {
    ResourceIndex resource = 0;
    std::uint32_t prefetch = 0;
    std::uint32_t unacknowledged = 0;
    bool in_turn = false;
    bool open = true;
    bool has_room() const { return prefetch == 0 || unacknowledged < prefetch; }
  };
  struct Unacknowledged {
    QueuedMessage queued;
    StreamIndex stream = 0;
    std::uint32_t generation = 0;
    bool in_use = false;
  };

  Effects& begin();
  Queue& ensure_queue(ResourceIndex resource);
  void enter_turn(StreamIndex stream);
  void dispatch(ResourceIndex resource);
  std::optional<StreamIndex> next_with_room(Queue& queue);
  void hand_over(StreamIndex stream, QueuedMessage queued);
  QueuedMessage settle(DeliveryTag tag, ResourceIndex& resource);

  std::vector<std::unique_ptr<Resource>> resources_;           // stable addresses
  std::unordered_map<std::string_view, ResourceIndex> index_;  // views into resources_
  std::vector<Stream> streams_;
  std::vector<Unacknowledged> unacknowledged_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<QueueIndex> matched_;
  Effects effects_;
  std::uint64_t unroutable_ = 0;
};

}  // namespace dse
