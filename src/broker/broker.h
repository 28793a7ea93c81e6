// The broker: a pure state machine of resources, bindings, queues and streams. It has no socket,
// clock, thread or randomness: the same calls give the same answers.
//
// A resource is a topic exchange and a queue with the same name, bound to the exchange with `#`;
// the queue exists from the moment it is first streamed or bound into. Terms and rules are those of
// AMQP 0-9-1 as RabbitMQ implements it.
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
#include "dse/index.h"
#include "dse/message.h"
#include "dse/time.h"

namespace dse {

// The broker's number for one delivery.
using DeliveryTag = Index<struct DeliveryKind, std::uint64_t>;

struct Delivery {
  StreamIndex stream;
  DeliveryTag tag;
  bool redelivered = false;
  MessagePtr message;
};

// A message that a consumer has settled, and the resource whose queue it was in.
struct Settled {
  ResourceIndex resource;
  MessagePtr message;
};

// The effects of one call.
struct Effects {
  std::vector<Delivery> deliveries;       // in order
  bool routed = true;                     // publish: at least one queue took the message
  MessagePtr returned;                    // publish: the message, when it was mandatory and not routed
  std::span<const ResourceIndex> queues;  // publish: the queues that took a copy
  Settled settled;                        // acknowledge and reject: what was settled
};

struct PublishOptions {
  bool mandatory = false;
};

struct RejectOptions {
  bool requeue = false;
};

class Broker {
 public:
  // A queue that holds this many messages refuses the next one with a RunError.
  static constexpr std::size_t kQueueDepthMax = 10'000'000;

  // Every operation takes the time at which it happens; times never decrease.

  // Returns the resource of this name, and makes it if it does not exist.
  ResourceIndex declare(std::string_view name, TimeNs now);
  const std::string& name(ResourceIndex resource) const { return resources_[resource]->name; }
  std::uint64_t name_hash(ResourceIndex resource) const { return resources_[resource]->name_hash; }
  // The number of the next resource to be made; existing ones have smaller numbers.
  ResourceIndex next_resource() const { return resources_.next(); }

  // Declares both resources and binds them. Repeating a binding changes nothing, and returns false.
  bool bind(const BindingSpec& binding, TimeNs now);

  // The calls below return their effects, valid until the next call; the caller may move from them.

  // Puts one copy into each queue with a matching binding. Throws RunError when a queue is full.
  Effects& publish(ResourceIndex exchange, const MessagePtr& message, PublishOptions options, TimeNs now);
  // Opens a stream of the resource's queue, the last in turn, with at most `prefetch`
  // unacknowledged deliveries at a time (0: no limit). Streams are numbered from 0 in the order of
  // opening.
  Effects& open_stream(ResourceIndex resource, std::uint32_t prefetch, TimeNs now);
  // Settles a delivery. A tag that is not outstanding is a programmer's mistake.
  Effects& acknowledge(DeliveryTag tag, TimeNs now);
  // Settles a delivery; with requeue the message goes back to its original place, marked redelivered.
  Effects& reject(DeliveryTag tag, RejectOptions options, TimeNs now);
  // Closes the stream; deliveries that it had not acknowledged are requeued.
  Effects& close_stream(StreamIndex stream, TimeNs now);

  // The number of the next stream that open_stream will open.
  StreamIndex next_stream() const { return streams_.next(); }
  bool outstanding(DeliveryTag tag) const;

  // The state, for results and for reports of stalls.
  struct QueueState {
    std::size_t depth = 0;
    std::size_t depth_max = 0;
    std::size_t unacknowledged = 0;
    std::size_t streams = 0;
  };
  // All zero when the resource has no queue.
  QueueState queue_state(ResourceIndex resource) const;
  // The parts of the state that change with every message. The resource must have a queue.
  struct Load {
    std::size_t waiting = 0;
    std::size_t unacknowledged = 0;
  };
  Load load(ResourceIndex resource) const {
    const Resource& owner = *resources_[resource];
    return {owner.queue->depth(), owner.unacknowledged};
  }
  // Prefetches the memory that the resource's next message needs.
  void fetch(ResourceIndex resource) const { prefetch_lines<kLinesOfDelivery>(resources_[resource].get()); }
  // The messages that wait in the queue, in order, and those delivered but not yet settled, in no particular
  // order; at most `most`. None when the resource has no queue.
  std::vector<MessagePtr> waiting(ResourceIndex resource, std::size_t most = SIZE_MAX) const;
  std::vector<MessagePtr> unsettled(ResourceIndex resource, std::size_t most = SIZE_MAX) const;
  std::uint64_t unroutable() const { return unroutable_; }
  // The number of the resource of this name; empty when there is none.
  std::optional<ResourceIndex> find(std::string_view name) const;
  // The number of messages that matched this binding since the first binding of this key was made. A
  // message that several bindings of a queue match counts for each of them, though the
  // queue gets one copy.
  std::uint64_t passed(const BindingSpec& binding) const;

 private:
  static constexpr std::size_t kLinesOfDelivery = 2;

  // What every delivery needs comes first, in kLinesOfDelivery cache lines.
  struct alignas(kCacheLineBytes) Resource {
    std::uint64_t name_hash = 0;
    std::size_t unacknowledged = 0;
    std::optional<Queue> queue;
    std::string name;
    TopicTrie bindings;
  };
  struct Stream {
    ResourceIndex resource;
    std::uint32_t prefetch = 0;
    std::uint32_t unacknowledged = 0;
    bool in_turn = false;
    bool open = true;
    bool has_room() const { return prefetch == 0 || unacknowledged < prefetch; }
  };
  struct Unacknowledged {
    QueuedMessage queued;
    StreamIndex stream;
    std::uint32_t generation = 0;
    bool in_use = false;
  };

  Effects& begin(TimeNs now);
  void advance_to(TimeNs now);
  Queue& ensure_queue(ResourceIndex resource);
  void enter_turn(StreamIndex stream);
  void dispatch(ResourceIndex resource);
  std::optional<StreamIndex> next_with_room(Queue& queue);
  void hand_over(StreamIndex stream, QueuedMessage queued);
  QueuedMessage settle(DeliveryTag tag);

  IndexedVector<ResourceIndex, std::unique_ptr<Resource>> resources_;  // stable addresses
  std::unordered_map<std::string_view, ResourceIndex> index_;          // views into resources_
  IndexedVector<StreamIndex, Stream> streams_;
  std::vector<Unacknowledged> unacknowledged_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<ResourceIndex> matched_;
  Effects effects_;
  std::uint64_t unroutable_ = 0;
  TimeNs now_ns_ = 0;  // the time of the last call
};

}  // namespace dse
