// The broker: a pure state machine of resources, bindings, queues and streams. It has no socket,
// clock, thread or randomness: the same calls give the same answers.
//
// A resource is a topic exchange and a queue with the same name, bound to the exchange with `#`;
// the queue exists from the moment it is first streamed or bound into. An exchange that is declared
// with options of its own has no such binding: a queue of its name is bound only where somebody
// binds it. The resource with the empty name is the default exchange, which leads a message to the
// queue that its key names. Terms and rules are those of AMQP 0-9-1 as RabbitMQ 3.10 implements it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/dead_letter.h"
#include "broker/exchange.h"
#include "broker/gate.h"
#include "broker/queue.h"
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
  DeliveryTag tag;  // nothing that can be settled, of a stream that does not acknowledge
  bool redelivered = false;
  ResourceIndex exchange;  // to which it was published
  MessagePtr message;
};

// A message that a consumer has settled, and the resource whose queue it was in.
struct Settled {
  ResourceIndex resource;
  MessagePtr message;
};

// What the broker did by itself, because a queue's options say so.
struct PolicyEvent {
  enum class Kind : std::uint8_t {
    kExpired,       // the queue's first message had lived its time
    kDropped,       // the queue was full: a message has left it
    kNotAccepted,   // the queue was full: a message has not come into it
    kGivenUp,       // a message had come back more often than the delivery limit
    kRemoved,       // a message has gone with its queue
    kPurged,        // a message was taken out of its queue, with all that waited there
    kQueueRemoved,  // the queue itself; it has no message
    kDeadLettered,  // a message was published to a dead-letter exchange
  };
  Kind kind = Kind::kExpired;
  ResourceIndex queue;                     // in which it happened
  MessagePtr message = {};                 // for kDeadLettered as it was published
  ResourceIndex exchange = {};             // kDeadLettered: to which
  std::vector<ResourceIndex> queues = {};  // kDeadLettered: those that took a copy
};

// The effects of one call.
struct Effects {
  std::vector<Delivery> deliveries;       // in order
  bool routed = true;                     // publish: at least one queue was there for the message
  bool accepted = true;                   // publish: no queue refused it. A confirm, and otherwise a nack
  MessagePtr returned;                    // publish: the message, when it was mandatory and not routed
  std::optional<ResourceIndex> overfull;  // a queue beyond the broker's own bound that has refused a message
  std::span<const ResourceIndex> queues;  // publish: the queues that took a copy
  Settled settled;                        // acknowledge and reject: what was settled
  std::vector<PolicyEvent> policies;      // in order; before them come the call and its deliveries
};

struct PublishOptions {
  bool mandatory = false;
  PublisherIndex publisher = {};  // the channel on which it comes
};

struct RejectOptions {
  bool requeue = false;
};

struct StreamOptions {
  std::uint32_t prefetch = 0;  // the most unacknowledged deliveries at a time; 0: no limit
  bool acknowledges = true;    // otherwise a delivery is settled as soon as it is made
  GateIndex gate = kNoGate;    // what limits it together with other streams
  std::int32_t priority = 0;   // x-priority: those of a higher one that have room come first
};

// What no queue and no message goes beyond, whatever their options say.
struct BrokerBounds {
  // A queue that holds this many messages refuses the next one.
  std::size_t queue_depth = 10'000'000;
  // A message that dies so often within one call, with its copies, goes round for ever, as it may once
  // somebody has rejected it (dead_letter.h: would_cycle); RabbitMQ would not rest.
  std::size_t deaths_at_once = 10'000;
  // What is beyond them is dropped. Otherwise it is a RunError, for whoever has configured it.
  bool drops = false;
};

class Broker {
 public:
  void set_bounds(BrokerBounds bounds) { bounds_ = bounds; }

  // Every operation takes the time at which it happens; times never decrease.

  // Returns the resource of this name, and makes it if it does not exist.
  ResourceIndex declare(std::string_view name, TimeNs now);
  const std::string& name(ResourceIndex resource) const { return resources_[resource]->name; }
  std::uint64_t name_hash(ResourceIndex resource) const { return resources_[resource]->name_hash; }
  // The number of the next resource to be made; existing ones have smaller numbers.
  ResourceIndex next_resource() const { return resources_.next(); }

  // Says how the resource's queue treats its messages, before there is a queue; what its exchange is, before
  // anything is bound to that.
  void set_options(ResourceIndex resource, QueueOptions options);
  void set_options(ResourceIndex resource, ExchangeOptions options);
  // The exchange that gets what nothing bound to this one takes.
  void set_alternate(ResourceIndex resource, std::string exchange);

  // Makes the resource's queue, if it is not there.
  void make_queue(ResourceIndex resource, TimeNs now);
  // Makes a queue that is not there, with these options, and binds it to nothing, its own exchange included.
  void make_queue_alone(ResourceIndex resource, QueueOptions options, TimeNs now);
  bool has_queue(ResourceIndex resource) const { return resources_[resource]->queue.has_value(); }
  // The queue was declared again, which counts as a use of it.
  void note_redeclared(ResourceIndex queue, TimeNs now);

  // Declares both resources and binds them. Repeating a binding changes nothing, and returns false.
  bool bind(const BindingSpec& binding, TimeNs now);
  // The same for a binding that is made again whenever its queue is, after it was removed.
  bool bind_for_good(const BindingSpec& binding, TimeNs now);

  // The calls below return their effects, valid until the next call; the caller may move from them.

  // Puts one copy into each queue to which the exchange leads the message: by the bindings that match its key
  // (and those in its headers CC and BCC, of which the latter is taken off), through exchanges that are
  // bound, and to the alternate exchange when nothing else takes it. What is beyond the bounds throws
  // RunError, here and in all that may lead a message to a dead-letter exchange, unless it is dropped.
  Effects& publish(ResourceIndex exchange, const MessagePtr& message, PublishOptions options, TimeNs now);
  // The queues to which publish() would offer this message, in ascending order. Nothing changes but what
  // passed() counts.
  std::vector<ResourceIndex> queues_for(ResourceIndex exchange, const Message& message);
  // Opens a stream of the resource's queue, the last in turn, with at most `prefetch`
  // unacknowledged deliveries at a time (0: no limit). Streams are numbered from 0 in the order of
  // opening.
  Effects& open_stream(ResourceIndex resource, std::uint32_t prefetch, TimeNs now);
  Effects& open_stream(ResourceIndex resource, StreamOptions options, TimeNs now);
  // Opens a stream of a queue that is there, by which get() takes messages one by one. Nothing is delivered
  // to it otherwise, and the queue does not count it. What it takes counts at the gate, which holds nothing
  // back from it.
  StreamIndex open_getter(ResourceIndex resource, bool acknowledges, GateIndex gate = kNoGate);
  // Takes the queue's first message, if there is one (basic.get). The queue must be the one that the getter
  // was opened for.
  Effects& get(StreamIndex getter, TimeNs now);
  ResourceIndex resource_of(StreamIndex stream) const { return streams_[stream].resource; }
  // Whether the queue of this stream is still the one that it was opened for.
  bool stands(StreamIndex stream) const;
  // Settles a delivery. A tag that is not outstanding is a programmer's mistake. When the delivery's queue
  // was removed since then nothing is left but its tag; the same holds for a rejection.
  Effects& acknowledge(DeliveryTag tag, TimeNs now);
  // Settles a delivery. With requeue the message goes back, marked redelivered: in a classic queue to its
  // original place, in a quorum queue to the end, or with a delivery limit behind others that came back.
  // Without requeue it is dead-lettered, if its queue has a dead-letter exchange.
  Effects& reject(DeliveryTag tag, RejectOptions options, TimeNs now);
  // The same for several, which may be of several queues, in the order of their delivery: all of them are
  // back before any is delivered again.
  Effects& reject(std::span<const DeliveryTag> tags, RejectOptions options, TimeNs now);
  // The queue and the message of a delivery that is outstanding.
  Settled delivered(DeliveryTag tag) const;
  // Closes the stream; deliveries that it had not acknowledged are requeued.
  Effects& close_stream(StreamIndex stream, TimeNs now) { return close_streams({&stream, 1}, now); }
  // Closes all of them before any of their deliveries is requeued. Streams that were cancelled may be among
  // them, and getters.
  Effects& close_streams(std::span<const StreamIndex> streams, TimeNs now);
  // Nothing more is delivered to the stream. What it has not acknowledged stays outstanding until it is
  // settled, or the stream is closed.
  Effects& cancel_stream(StreamIndex stream, TimeNs now);

  // Takes out all messages that wait in a queue that is there.
  Effects& purge(ResourceIndex queue, TimeNs now);
  // Removes a queue that is there, with its messages, of which none is dead-lettered.
  Effects& remove(ResourceIndex queue, TimeNs now);
  // Removes the bindings from and to this exchange. It is then what set_options() says next.
  void remove_exchange(ResourceIndex exchange, TimeNs now);
  bool has_binding(const BindingSpec& binding) const;
  // Removes a binding; false when there is none.
  bool unbind(const BindingSpec& binding, TimeNs now);
  // How many bindings there are from this exchange.
  std::size_t bindings_from(ResourceIndex exchange) const { return resources_[exchange]->exchange.size(); }

  // A gate limits what is delivered to several streams together; see src/broker/gate.h.
  GateIndex open_gate(GateLimits limits, GateIndex parent = kNoGate);
  // Changes its limits; deliveries follow where it has more room than before.
  Effects& set_gate(GateIndex gate, GateLimits limits, TimeNs now);
  // Lets so many more bytes pass.
  Effects& refill_gate(GateIndex gate, std::int64_t bytes, TimeNs now);
  // Counts what passes it beside the deliveries of streams.
  void pass_gate(GateIndex gate, std::int64_t payload_bytes);
  // Its streams must be closed, and it has no children.
  void close_gate(GateIndex gate);
  // Does what one queue has to do by now: messages expire, or the queue is removed.
  Effects& look(TimeNs now);
  // When look() is to be called next; empty while nothing is due at any time.
  std::optional<TimeNs> next_look_ns() const;
  // False when next_look_ns() is empty; cheap enough to be asked before each event.
  bool may_look() const { return !looks_.empty(); }

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
  // All zero when the resource has no queue, but for the depth_max of one that it had.
  QueueState queue_state(ResourceIndex resource) const;
  // The parts of the state that change with every message; zero without a queue.
  struct Load {
    std::size_t waiting = 0;
    std::size_t unacknowledged = 0;
  };
  Load load(ResourceIndex resource) const {
    const Resource& owner = *resources_[resource];
    return {owner.queue ? owner.queue->depth() : 0, owner.unacknowledged};
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
    Exchange exchange;
    bool is_pair = true;                              // the queue is bound to the exchange with `#`
    std::unique_ptr<QueueOptions> options;            // null: a plain queue
    std::vector<BindingSpec> bindings_for_good = {};  // into the queue, if that may be removed
    std::size_t depth_max_removed = 0;                // the most in a queue that is gone
    std::uint32_t queue_life = 0;                     // how many queues of this name are gone
    std::vector<ResourceIndex> bound_to = {};  // exchanges from which the queue, or exchange, was bound
  };
  // A message on its way to a dead-letter exchange.
  struct DeadLetter {
    MessagePtr message;
    ResourceIndex from;
    ResourceIndex exchange;
    DeathReason reason = DeathReason::kRejected;
    std::size_t first = 0;  // which first death of this call it follows from, or is: a place in deaths_
  };
  struct Look {
    TimeNs time_ns;
    ResourceIndex queue;
    bool operator>(const Look& other) const {
      return time_ns != other.time_ns ? time_ns > other.time_ns : queue > other.queue;
    }
  };
  struct Stream {
    ResourceIndex resource;
    std::uint32_t prefetch = 0;
    std::uint32_t unacknowledged = 0;
    std::uint32_t queue_life = 0;  // its queue's, when it was opened
    GateIndex gate = kNoGate;
    std::int32_t priority = 0;
    bool acknowledges = true;
    bool is_getter = false;
    bool in_turn = false;
    bool open = true;
    bool closing = false;
    bool has_room() const { return prefetch == 0 || unacknowledged < prefetch; }
  };
  struct Unacknowledged {
    QueuedMessage queued;
    StreamIndex stream;
    std::uint32_t generation = 0;
    bool in_use = false;
  };

  enum class TakeBack { kRequeued, kStreamClosed };
  // A message that was delivered, and the queue it was in.
  struct Returned {
    ResourceIndex queue;
    QueuedMessage queued;
  };

  Effects& begin(TimeNs now);
  Effects& end();
  void advance_to(TimeNs now);
  Queue& ensure_queue(ResourceIndex resource);
  void enter_turn(StreamIndex stream);
  void dispatch(ResourceIndex resource);
  bool has_room(const Stream& stream) const {
    return stream.has_room() && (stream.gate == kNoGate || gate_has_room(stream.gate));
  }
  bool gate_has_room(GateIndex gate) const;
  void pass_gate(Stream& stream, const Message& message);
  void leave_gate(const Stream& stream, const Message& message);
  void go_on_behind_gates();
  void go_on_behind(GateIndex gate);
  bool leave(StreamIndex stream);
  void end_of_streams(ResourceIndex queue, bool has_left, std::span<Returned> unsettled);
  std::vector<Returned> take_unsettled(std::span<const StreamIndex> streams);
  std::optional<StreamIndex> next_with_room(Queue& queue);
  void hand_over(StreamIndex stream, QueuedMessage&& queued);
  void keep_unacknowledged(StreamIndex stream, QueuedMessage&& queued);
  void note_bound(ResourceIndex from, ResourceIndex to);
  void route(ResourceIndex exchange, std::span<const std::string_view> keys, const Headers& headers,
             std::vector<ResourceIndex>& queues);
  bool offer(ResourceIndex queue, const MessagePtr& message, ResourceIndex exchange,
             std::optional<PublisherIndex> publisher);
  bool offer_by_policies(ResourceIndex queue, QueuedMessage queued, std::optional<PublisherIndex> publisher);
  bool offer_to_quorum(ResourceIndex queue, QueuedMessage queued, std::optional<PublisherIndex> publisher);
  // Whether the queue holds as many as any may; then the message is dropped, or the run ends.
  bool is_overfull(ResourceIndex queue, const MessagePtr& message);
  bool take_back(ResourceIndex queue, QueuedMessage queued, TakeBack how);
  void go_on(ResourceIndex queue);
  void go_on_from_settled(ResourceIndex queue);
  void drop_expired(ResourceIndex queue);
  bool drop_over_limit(ResourceIndex queue);
  void keep_quorum_limits(ResourceIndex queue, std::size_t first_death = 0);
  void give_up(ResourceIndex queue, QueuedMessage queued, PolicyEvent::Kind kind, DeathReason reason);
  void send_to_dead_letters(ResourceIndex queue, const QueuedMessage& queued, DeathReason reason);
  void publish_dead_letters();
  void note_policy(PolicyEvent::Kind kind, ResourceIndex queue, MessagePtr message);
  void look_at(ResourceIndex queue, TimeNs time_ns);
  void note_use(ResourceIndex queue);
  void remove_queue(ResourceIndex queue);
  QueuedMessage settle(DeliveryTag tag);

  IndexedVector<ResourceIndex, std::unique_ptr<Resource>> resources_;  // stable addresses
  std::unordered_map<std::string_view, ResourceIndex> index_;          // views into resources_
  IndexedVector<StreamIndex, Stream> streams_;
  std::vector<Unacknowledged> unacknowledged_;
  std::vector<std::uint32_t> free_slots_;
  IndexedVector<GateIndex, Gate> gates_;
  std::vector<GateIndex> free_gates_;
  std::vector<GateIndex> reopened_;  // gates that have room again, within a call
  std::vector<ResourceIndex> matched_;
  std::vector<DeadLetter> dead_letters_;
  std::vector<std::size_t> deaths_;        // how often each message died in this call, with its copies
  std::optional<std::size_t> dying_ = {};  // the place there of the dead letter that is being published
  BrokerBounds bounds_;
  mutable std::priority_queue<Look, std::vector<Look>, std::greater<>> looks_;  // some of them overtaken
  Effects effects_;
  std::uint64_t unroutable_ = 0;
  TimeNs now_ns_ = 0;  // the time of the last call
};

}  // namespace dse
