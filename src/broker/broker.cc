#include "broker/broker.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "dse/error.h"
#include "dse/hash.h"

namespace dse {
namespace {

// A tag contains a slot and how often the slot has been used, so that a stale tag is noticed.
DeliveryTag make_tag(std::uint32_t slot, std::uint32_t generation) {
  return DeliveryTag((std::uint64_t{generation} << 32) | slot);
}
std::uint32_t tag_slot(DeliveryTag tag) { return static_cast<std::uint32_t>(tag.number()); }
std::uint32_t tag_generation(DeliveryTag tag) { return static_cast<std::uint32_t>(tag.number() >> 32); }

// As many unsettled messages as a quorum queue gives a stream that sets no limit (rabbit_quorum_queue).
constexpr std::uint32_t kQuorumPrefetchMax = 2000;

// Puts each element once, and in ascending order.
void make_unique(std::vector<ResourceIndex>& resources) {
  std::sort(resources.begin(), resources.end());
  resources.erase(std::unique(resources.begin(), resources.end()), resources.end());
}

}  // namespace

void Broker::advance_to(TimeNs now) {
  DSE_CHECK(now >= now_ns_, "the broker's time went back from {} to {} ns", now_ns_, now);
  now_ns_ = now;
}

Effects& Broker::begin(TimeNs now) {
  advance_to(now);
  effects_.deliveries.clear();
  effects_.routed = true;
  effects_.accepted = true;
  effects_.returned = MessagePtr();
  effects_.overfull.reset();
  effects_.queues = {};
  effects_.settled.message = MessagePtr();
  effects_.policies.clear();
  return effects_;
}

Effects& Broker::end() {
  if (!reopened_.empty()) go_on_behind_gates();
  if (!dead_letters_.empty()) publish_dead_letters();
  return effects_;
}

ResourceIndex Broker::declare(std::string_view name, TimeNs now) {
  advance_to(now);
  const auto found = index_.find(name);
  if (found != index_.end()) return found->second;
  auto resource = std::make_unique<Resource>();
  resource->name = std::string(name);
  resource->name_hash = hash_text(name);
  const std::string_view kept_name = resource->name;
  const ResourceIndex number = resources_.push_back(std::move(resource));
  index_.emplace(kept_name, number);
  return number;
}

void Broker::set_options(ResourceIndex index, QueueOptions options) {
  Resource& resource = *resources_[index];
  DSE_CHECK(!resource.queue, "the queue '{}' is there already", resource.name);
  resource.options = options == QueueOptions() ? nullptr : std::make_unique<QueueOptions>(std::move(options));
}

void Broker::set_options(ResourceIndex index, ExchangeOptions options) {
  Resource& resource = *resources_[index];
  resource.exchange = Exchange(std::move(options));
  resource.is_pair = false;
}

void Broker::set_alternate(ResourceIndex index, std::string alternate) {
  resources_[index]->exchange.set_alternate(std::move(alternate));
}

Queue& Broker::ensure_queue(ResourceIndex index) {
  Resource& resource = *resources_[index];
  if (resource.queue) return *resource.queue;
  if (resource.options == nullptr) {
    resource.queue.emplace();
  } else {
    resource.queue.emplace(std::make_unique<QueuePolicies>(*resource.options));
  }
  if (resource.is_pair) {
    note_bound(index, index);
    resource.exchange.bind({.from = resource.name, .to = resource.name, .key = "#"}, index);
  }
  for (const BindingSpec& binding : resource.bindings_for_good) {
    const ResourceIndex from = declare(binding.from, now_ns_);
    note_bound(from, index);
    resources_[from]->exchange.bind(binding, index);
  }
  note_use(index);
  return *resource.queue;
}

void Broker::make_queue(ResourceIndex resource, TimeNs now) {
  advance_to(now);
  ensure_queue(resource);
}

void Broker::make_queue_alone(ResourceIndex resource, QueueOptions options, TimeNs now) {
  advance_to(now);
  resources_[resource]->is_pair = false;
  set_options(resource, std::move(options));
  ensure_queue(resource);
}

void Broker::note_redeclared(ResourceIndex queue, TimeNs now) {
  advance_to(now);
  if (has_queue(queue)) note_use(queue);
}

bool Broker::bind(const BindingSpec& binding, TimeNs now) {
  const ResourceIndex from = declare(binding.from, now);
  const ResourceIndex to = declare(binding.to, now);
  if (binding.target == BindingTarget::kQueue) {
    ensure_queue(to);
    note_use(to);
  }
  note_bound(from, to);
  return resources_[from]->exchange.bind(binding, to);
}

void Broker::note_bound(ResourceIndex from, ResourceIndex to) {
  std::vector<ResourceIndex>& bound_to = resources_[to]->bound_to;
  if (std::find(bound_to.begin(), bound_to.end(), from) == bound_to.end()) bound_to.push_back(from);
}

bool Broker::has_binding(const BindingSpec& binding) const {
  const std::optional<ResourceIndex> from = find(binding.from);
  const std::optional<ResourceIndex> to = find(binding.to);
  return from && to && resources_[*from]->exchange.has(binding, *to);
}

bool Broker::unbind(const BindingSpec& binding, TimeNs now) {
  advance_to(now);
  const std::optional<ResourceIndex> from = find(binding.from);
  const std::optional<ResourceIndex> to = find(binding.to);
  return from && to && resources_[*from]->exchange.unbind(binding, *to);
}

bool Broker::bind_for_good(const BindingSpec& binding, TimeNs now) {
  if (!bind(binding, now)) return false;
  if (binding.target == BindingTarget::kQueue)
    resources_[*find(binding.to)]->bindings_for_good.push_back(binding);
  return true;
}

// As rabbit_exchange:route: breadth first, each exchange once.
void Broker::route(ResourceIndex first, std::span<const std::string_view> keys, const Headers& headers,
                   std::vector<ResourceIndex>& queues) {
  std::vector<ResourceIndex> exchanges = {first};
  std::vector<ResourceIndex> next;
  for (std::size_t at = 0; at < exchanges.size(); ++at) {
    Resource& resource = *resources_[exchanges[at]];
    const std::size_t before = queues.size();
    next.clear();
    if (resource.name.empty()) {  // the default exchange
      for (const std::string_view key : keys) {
        const std::optional<ResourceIndex> found = find(key);
        if (found && resources_[*found]->queue) queues.push_back(*found);
      }
    } else {
      resource.exchange.match_queues(keys, headers, queues);
      resource.exchange.match_exchanges(keys, headers, next);
    }
    const std::optional<std::string>& alternate = resource.exchange.options().alternate;
    if (alternate && queues.size() == before && next.empty()) {
      if (const std::optional<ResourceIndex> found = find(*alternate)) next.push_back(*found);
    }
    for (const ResourceIndex exchange : next) {
      if (std::find(exchanges.begin(), exchanges.end(), exchange) == exchanges.end())
        exchanges.push_back(exchange);
    }
  }
  make_unique(queues);
}

std::vector<ResourceIndex> Broker::queues_for(ResourceIndex exchange, const Message& message) {
  std::vector<ResourceIndex> queues;
  route(exchange, routing_keys(message), message.headers(), queues);
  return queues;
}

Effects& Broker::publish(ResourceIndex exchange, const MessagePtr& message, PublishOptions options,
                         TimeNs now) {
  Effects& effects = begin(now);
  matched_.clear();
  Resource& resource = *resources_[exchange];
  MessagePtr without_copies;
  if (resource.exchange.is_last() && !resource.name.empty() && !has_more_keys(*message)) {
    resource.exchange.match_queues(message->key(), message->headers(), matched_);
  } else {
    const std::vector<std::string_view> keys = routing_keys(*message);
    route(exchange, keys, message->headers(), matched_);
    without_copies = without_blind_copies(message);
  }
  const MessagePtr& published = without_copies ? without_copies : message;
  if (matched_.empty()) {
    ++unroutable_;
    effects.routed = false;
    if (options.mandatory) effects.returned = message;
    return effects;
  }
  if (matched_.size() > 1) {
    for (const ResourceIndex index : matched_) fetch(index);
  }
  std::size_t taken = 0;
  for (std::size_t at = 0; at < matched_.size(); ++at) {
    const ResourceIndex index = matched_[at];
    if (offer(index, published, exchange, options.publisher)) {
      matched_[taken++] = index;
    } else {
      effects.accepted = false;
    }
  }
  effects.queues = std::span(matched_).first(taken);
  return end();
}

// Returns false when the queue does not accept the message.
bool Broker::offer(ResourceIndex index, const MessagePtr& message, ResourceIndex exchange,
                   std::optional<PublisherIndex> publisher) {
  Queue& queue = *resources_[index]->queue;
  if (queue.policies() == nullptr && message->fields().more.any() && !message->expiration().empty())
    queue.add_policies();
  if (queue.policies() != nullptr) {
    if (is_overfull(index, message)) return false;
    return offer_by_policies(index, {.message = message, .exchange = exchange}, publisher);
  }
  if (queue.empty()) {
    if (const std::optional<StreamIndex> reader = next_with_room(queue)) {
      hand_over(*reader, {.message = message, .position = queue.next_position(), .exchange = exchange});
      return true;
    }
  }
  if (is_overfull(index, message)) return false;
  queue.push({.message = message, .exchange = exchange});
  queue.note_depth();
  return true;
}

bool Broker::is_overfull(ResourceIndex index, const MessagePtr& message) {
  const std::size_t depth = resources_[index]->queue->depth();
  if (depth < bounds_.queue_depth) return false;
  if (!bounds_.drops) {
    throw RunError(
        fmt::format("queue '{}' holds {} messages and nobody takes them: add a reader or lower the rate",
                    resources_[index]->name, depth));
  }
  note_policy(PolicyEvent::Kind::kNotAccepted, index, message);
  effects_.overfull = index;
  return true;
}

Effects& Broker::open_stream(ResourceIndex resource, std::uint32_t prefetch, TimeNs now) {
  return open_stream(resource, StreamOptions{.prefetch = prefetch}, now);
}

Effects& Broker::open_stream(ResourceIndex resource, StreamOptions options, TimeNs now) {
  begin(now);
  Queue& queue = ensure_queue(resource);
  const QueuePolicies* policies = queue.policies();
  if (policies != nullptr && policies->options().exclusive && queue.streams > 0) {
    throw RunError(
        fmt::format("queue '{}' is exclusive, and another stream of it is open", resources_[resource]->name));
  }
  if (!options.acknowledges) options.prefetch = 0;
  if (policies != nullptr && policies->quorum() && options.prefetch == 0 && options.acknowledges)
    options.prefetch = kQuorumPrefetchMax;
  const StreamIndex number = streams_.push_back({.resource = resource,
                                                 .prefetch = options.prefetch,
                                                 .queue_life = resources_[resource]->queue_life,
                                                 .gate = options.gate,
                                                 .priority = options.priority,
                                                 .acknowledges = options.acknowledges});
  if (options.gate != kNoGate) gates_[options.gate].streams.push_back(number);
  ++queue.streams;
  if (policies != nullptr && policies->options().single_active_consumer)
    queue.policies()->single_active.push_back(number);
  enter_turn(number);
  dispatch(resource);
  if (policies != nullptr && policies->quorum()) keep_quorum_limits(resource);
  return end();
}

void Broker::enter_turn(StreamIndex number) {
  Stream& stream = streams_[number];
  if (stream.in_turn || !stream.open || stream.is_getter || !stands(number)) return;
  Queue& queue = *resources_[stream.resource]->queue;
  // A quorum queue lists only consumers that may have more (rabbit_fifo: uniq_queue_in).
  if (queue.policies() != nullptr && queue.policies()->quorum() && !has_room(stream)) return;
  stream.in_turn = true;
  queue.turns().push_back(number, stream.priority);
}

void Broker::dispatch(ResourceIndex resource) {
  Queue& queue = *resources_[resource]->queue;
  const QueuePolicies* policies = queue.policies();
  if (policies != nullptr && policies->quorum()) drop_expired(resource);
  while (!queue.empty()) {
    const std::optional<StreamIndex> reader = next_with_room(queue);
    if (!reader) return;
    hand_over(*reader, queue.pop());
    if (policies != nullptr) drop_expired(resource);
  }
}

std::optional<StreamIndex> Broker::next_with_room(Queue& queue) {
  if (queue.policies() != nullptr && !queue.policies()->single_active.empty()) {
    const StreamIndex active = queue.policies()->single_active.front();
    return has_room(streams_[active]) ? std::optional(active) : std::nullopt;
  }
  while (!queue.turns().empty()) {
    const StreamIndex number = queue.turns().pop_front();
    streams_[number].in_turn = false;
    if (has_room(streams_[number])) return number;
  }
  return std::nullopt;
}

void Broker::hand_over(StreamIndex number, QueuedMessage&& queued) {
  Stream& stream = streams_[number];
  Resource& resource = *resources_[stream.resource];
  const QueuePolicies* policies = resource.queue->policies();
  if (stream.gate != kNoGate) pass_gate(stream, *queued.message);
  if (!stream.acknowledges) {
    effects_.deliveries.push_back(
        {number, DeliveryTag(), queued.redelivered, queued.exchange, std::move(queued.message)});
  } else {
    keep_unacknowledged(number, std::move(queued));
  }
  if (stream.is_getter) return;
  if (policies == nullptr) {
    // It was in turn, and left it to be served.
    stream.in_turn = true;
    resource.queue->turns().push_back(number, stream.priority);
    return;
  }
  enter_turn(number);
}

void Broker::keep_unacknowledged(StreamIndex number, QueuedMessage&& queued) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(unacknowledged_.size());
    unacknowledged_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  Stream& stream = streams_[number];
  Resource& resource = *resources_[stream.resource];
  Unacknowledged& entry = unacknowledged_[slot];
  entry.queued = std::move(queued);
  entry.stream = number;
  entry.in_use = true;
  ++stream.unacknowledged;
  ++resource.unacknowledged;
  effects_.deliveries.push_back({number, make_tag(slot, entry.generation), entry.queued.redelivered,
                                 entry.queued.exchange, entry.queued.message});
  const QueuePolicies* policies = resource.queue->policies();
  if (policies == nullptr || !policies->quorum()) return;
  // What a quorum queue takes back when a stream closes, it takes in the order of delivery.
  entry.queued.position = resource.queue->next_position();
  if (entry.queued.returns > 0)
    effects_.deliveries.back().message = with_delivery_count(*entry.queued.message, entry.queued.returns);
}

bool Broker::outstanding(DeliveryTag tag) const {
  const std::uint32_t slot = tag_slot(tag);
  return slot < unacknowledged_.size() && unacknowledged_[slot].in_use &&
         unacknowledged_[slot].generation == tag_generation(tag);
}

// Also notes in the effects which queue the message was in.
QueuedMessage Broker::settle(DeliveryTag tag) {
  DSE_CHECK(outstanding(tag), "delivery tag {} is not outstanding", tag.number());
  const std::uint32_t slot = tag_slot(tag);
  Unacknowledged& entry = unacknowledged_[slot];
  Stream& stream = streams_[entry.stream];
  effects_.settled.resource = stream.resource;
  entry.in_use = false;
  ++entry.generation;
  free_slots_.push_back(slot);
  --stream.unacknowledged;
  if (stands(entry.stream)) --resources_[stream.resource]->unacknowledged;
  if (stream.gate != kNoGate) leave_gate(stream, *entry.queued.message);
  if (!stream.in_turn) enter_turn(entry.stream);
  return std::move(entry.queued);
}

Effects& Broker::acknowledge(DeliveryTag tag, TimeNs now) {
  Effects& effects = begin(now);
  effects.settled.message = settle(tag).message;
  go_on_from_settled(effects.settled.resource);
  return end();
}

// Delivers what can be delivered, when a stream has room again.
void Broker::go_on_from_settled(ResourceIndex index) {
  if (!resources_[index]->queue) return;  // it was removed meanwhile
  const Queue& queue = *resources_[index]->queue;
  const QueuePolicies* policies = queue.policies();
  if (policies == nullptr && queue.empty()) return;
  dispatch(index);
  if (policies != nullptr && policies->quorum()) keep_quorum_limits(index);
}

Effects& Broker::reject(DeliveryTag tag, RejectOptions options, TimeNs now) {
  Effects& effects = begin(now);
  QueuedMessage queued = settle(tag);
  const StreamIndex number = unacknowledged_[tag_slot(tag)].stream;
  Stream& stream = streams_[number];
  const ResourceIndex resource = effects.settled.resource;
  effects.settled.message = queued.message;
  if (!stands(number)) return end();
  if (options.requeue) {
    const bool kept = take_back(resource, std::move(queued), TakeBack::kRequeued);
    // A quorum queue credits its consumer twice for a message that is over the limit, and so gives it one
    // more from now on (rabbit_fifo: return, and complete in return_one).
    if (!kept && stream.prefetch != 0) ++stream.prefetch;
    go_on(resource);
  } else {
    send_to_dead_letters(resource, queued, DeathReason::kRejected);
    go_on_from_settled(resource);
  }
  return end();
}

// Puts a message back that was delivered and not settled; false when it is given up instead.
bool Broker::take_back(ResourceIndex index, QueuedMessage queued, TakeBack how) {
  Queue& queue = *resources_[index]->queue;
  const QueuePolicies* policies = queue.policies();
  if (policies == nullptr || !policies->quorum()) {
    queue.put_back(std::move(queued));
    return true;
  }
  ++queued.returns;
  const std::optional<std::int64_t>& limit = policies->options().delivery_limit;
  if (limit && queued.returns > *limit) {
    give_up(index, std::move(queued), PolicyEvent::Kind::kGivenUp, DeathReason::kDeliveryLimit);
    return false;
  }
  if (limit || how == TakeBack::kStreamClosed) {
    queue.put_back_in_turn(std::move(queued));
  } else {
    queued.redelivered = true;
    queue.push(std::move(queued));
  }
  return true;
}

// Delivers what can be delivered, when messages or streams have come back to the queue.
void Broker::go_on(ResourceIndex index) {
  Queue& queue = *resources_[index]->queue;
  QueuePolicies* policies = queue.policies();
  if (policies == nullptr) return dispatch(index);
  if (policies->quorum()) {
    dispatch(index);
    keep_quorum_limits(index);
  } else {
    if (policies->options().overflow == Overflow::kDropHead) drop_over_limit(index);
    drop_expired(index);
    dispatch(index);
  }
}

std::optional<ResourceIndex> Broker::find(std::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::uint64_t Broker::passed(const BindingSpec& binding) const {
  const std::optional<ResourceIndex> from = find(binding.from);
  const std::optional<ResourceIndex> to = find(binding.to);
  DSE_CHECK(from && to, "'{}' was never bound to '{}'", binding.to, binding.from);
  return resources_[*from]->exchange.taken(binding, *to);
}

Broker::QueueState Broker::queue_state(ResourceIndex index) const {
  const Resource& resource = *resources_[index];
  if (!resource.queue) return {.depth_max = resource.depth_max_removed};
  return {.depth = resource.queue->depth(),
          .depth_max = std::max(resource.depth_max_removed, resource.queue->depth_max()),
          .unacknowledged = resource.unacknowledged,
          .streams = resource.queue->streams};
}

std::vector<MessagePtr> Broker::waiting(ResourceIndex resource, std::size_t most) const {
  const Resource& owner = *resources_[resource];
  return owner.queue ? owner.queue->waiting(most) : std::vector<MessagePtr>();
}

std::vector<MessagePtr> Broker::unsettled(ResourceIndex resource, std::size_t most) const {
  std::vector<MessagePtr> messages;
  for (const Unacknowledged& entry : unacknowledged_) {
    if (messages.size() == most) break;
    if (entry.in_use && streams_[entry.stream].resource == resource) messages.push_back(entry.queued.message);
  }
  return messages;
}

}  // namespace dse
