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

}  // namespace

void Broker::advance_to(TimeNs now) {
  DSE_CHECK(now >= now_ns_, "the broker's time went back from {} to {} ns", now_ns_, now);
  now_ns_ = now;
}

Effects& Broker::begin(TimeNs now) {
  advance_to(now);
  effects_.deliveries.clear();
  effects_.routed = true;
  effects_.returned = MessagePtr();
  effects_.queues = {};
  effects_.settled.message = MessagePtr();
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

Queue& Broker::ensure_queue(ResourceIndex resource) {
  Resource& owner = *resources_[resource];
  if (!owner.queue) {
    owner.queue.emplace();
    owner.bindings.add({.from = owner.name, .to = owner.name, .key = "#"}, resource);
  }
  return *owner.queue;
}

bool Broker::bind(const BindingSpec& binding, TimeNs now) {
  const ResourceIndex from = declare(binding.from, now);
  const ResourceIndex to = declare(binding.to, now);
  ensure_queue(to);
  return resources_[from]->bindings.add(binding, to);
}

Effects& Broker::publish(ResourceIndex exchange, const MessagePtr& message, PublishOptions options,
                         TimeNs now) {
  Effects& effects = begin(now);
  matched_.clear();
  resources_[exchange]->bindings.match(*message, matched_);
  if (matched_.empty()) {
    ++unroutable_;
    effects.routed = false;
    if (options.mandatory) effects.returned = message;
    return effects;
  }
  effects.queues = matched_;
  if (matched_.size() > 1) {
    for (const ResourceIndex index : matched_) fetch(index);
  }
  for (ResourceIndex index : matched_) {
    Queue& queue = *resources_[index]->queue;
    if (queue.depth() >= kQueueDepthMax) {
      throw RunError(
          fmt::format("queue '{}' holds {} messages and nobody takes them: add a reader or lower the rate",
                      resources_[index]->name, queue.depth()));
    }
    const std::optional<StreamIndex> reader = queue.empty() ? next_with_room(queue) : std::nullopt;
    if (reader) {
      hand_over(*reader, queue.pass(message));
    } else {
      queue.push(message);
      queue.note_depth();
    }
  }
  return effects;
}

Effects& Broker::open_stream(ResourceIndex resource, std::uint32_t prefetch, TimeNs now) {
  Effects& effects = begin(now);
  Queue& queue = ensure_queue(resource);
  const StreamIndex number = streams_.push_back({.resource = resource, .prefetch = prefetch});
  ++queue.streams;
  enter_turn(number);
  dispatch(resource);
  return effects;
}

void Broker::enter_turn(StreamIndex number) {
  Stream& stream = streams_[number];
  if (stream.in_turn || !stream.open) return;
  stream.in_turn = true;
  resources_[stream.resource]->queue->turns().push_back(number);
}

void Broker::dispatch(ResourceIndex resource) {
  Queue& queue = *resources_[resource]->queue;
  while (!queue.empty()) {
    const std::optional<StreamIndex> reader = next_with_room(queue);
    if (!reader) return;
    hand_over(*reader, queue.pop());
  }
}

std::optional<StreamIndex> Broker::next_with_room(Queue& queue) {
  while (!queue.turns().empty()) {
    const StreamIndex number = queue.turns().pop_front();
    streams_[number].in_turn = false;
    if (streams_[number].has_room()) return number;
  }
  return std::nullopt;
}

void Broker::hand_over(StreamIndex number, QueuedMessage queued) {
  Stream& stream = streams_[number];
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(unacknowledged_.size());
    unacknowledged_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  Unacknowledged& entry = unacknowledged_[slot];
  entry.queued = std::move(queued);
  entry.stream = number;
  entry.in_use = true;
  ++stream.unacknowledged;
  ++resources_[stream.resource]->unacknowledged;
  effects_.deliveries.push_back(
      {number, make_tag(slot, entry.generation), entry.queued.redelivered, entry.queued.message});
  enter_turn(number);
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
  --resources_[stream.resource]->unacknowledged;
  enter_turn(entry.stream);
  return std::move(entry.queued);
}

Effects& Broker::acknowledge(DeliveryTag tag, TimeNs now) {
  Effects& effects = begin(now);
  effects.settled.message = settle(tag).message;
  dispatch(effects.settled.resource);
  return effects;
}

Effects& Broker::reject(DeliveryTag tag, RejectOptions options, TimeNs now) {
  Effects& effects = begin(now);
  QueuedMessage queued = settle(tag);
  effects.settled.message = queued.message;
  if (options.requeue) resources_[effects.settled.resource]->queue->put_back(std::move(queued));
  dispatch(effects.settled.resource);
  return effects;
}

Effects& Broker::close_stream(StreamIndex number, TimeNs now) {
  Effects& effects = begin(now);
  Stream& stream = streams_[number];
  DSE_CHECK(stream.open, "stream {} is closed already", number.number());
  stream.open = false;
  Queue& queue = *resources_[stream.resource]->queue;
  --queue.streams;
  if (stream.in_turn) queue.turns().remove(number);
  stream.in_turn = false;
  for (std::uint32_t slot = 0; slot < unacknowledged_.size() && stream.unacknowledged > 0; ++slot) {
    Unacknowledged& entry = unacknowledged_[slot];
    if (!entry.in_use || entry.stream != number) continue;
    queue.put_back(settle(make_tag(slot, entry.generation)));
  }
  dispatch(stream.resource);
  queue.note_depth();
  return effects;
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
  return resources_[*from]->bindings.taken(binding, *to);
}

Broker::QueueState Broker::queue_state(ResourceIndex index) const {
  const Resource& resource = *resources_[index];
  if (!resource.queue) return {};
  return {.depth = resource.queue->depth(),
          .depth_max = resource.queue->depth_max(),
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
