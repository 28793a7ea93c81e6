// How streams end, and what limits several of them together.
#include <algorithm>
#include <utility>

#include "broker/broker.h"
#include "core/check.h"

namespace dse {

bool Broker::stands(StreamIndex number) const {
  const Stream& stream = streams_[number];
  const Resource& resource = *resources_[stream.resource];
  return resource.queue_life == stream.queue_life && resource.queue.has_value();
}

StreamIndex Broker::open_getter(ResourceIndex resource, bool acknowledges, GateIndex gate) {
  DSE_CHECK(resources_[resource]->queue, "'{}' has no queue", resources_[resource]->name);
  return streams_.push_back({.resource = resource,
                             .queue_life = resources_[resource]->queue_life,
                             .gate = gate,
                             .acknowledges = acknowledges,
                             .is_getter = true});
}

Effects& Broker::get(StreamIndex getter, TimeNs now) {
  begin(now);
  DSE_CHECK(stands(getter), "the queue of stream {} is gone", getter.number());
  const ResourceIndex index = streams_[getter].resource;
  Queue& queue = *resources_[index]->queue;
  const QueuePolicies* policies = queue.policies();
  if (policies != nullptr) {
    note_use(index);
    drop_expired(index);
  }
  if (!queue.empty()) {
    const std::uint16_t returns = queue.first().returns;
    hand_over(getter, queue.pop());
    // RabbitMQ says so even of the first time, unlike to a consumer.
    if (policies != nullptr && policies->quorum() && returns == 0)
      effects_.deliveries.back().message = with_delivery_count(*effects_.deliveries.back().message, 0);
  }
  if (policies != nullptr) {
    drop_expired(index);
    if (policies->quorum()) keep_quorum_limits(index);
  }
  return end();
}

Settled Broker::delivered(DeliveryTag tag) const {
  DSE_CHECK(outstanding(tag), "delivery tag {} is not outstanding", tag.number());
  const Unacknowledged& entry = unacknowledged_[static_cast<std::uint32_t>(tag.number())];
  return {.resource = streams_[entry.stream].resource, .message = entry.queued.message};
}

Effects& Broker::reject(std::span<const DeliveryTag> tags, RejectOptions options, TimeNs now) {
  begin(now);
  std::vector<ResourceIndex> queues;
  for (const DeliveryTag tag : tags) {
    QueuedMessage queued = settle(tag);
    const StreamIndex number = unacknowledged_[static_cast<std::uint32_t>(tag.number())].stream;
    if (!stands(number)) continue;
    Stream& stream = streams_[number];
    if (std::find(queues.begin(), queues.end(), stream.resource) == queues.end())
      queues.push_back(stream.resource);
    if (!options.requeue) {
      send_to_dead_letters(stream.resource, queued, DeathReason::kRejected);
    } else if (!take_back(stream.resource, std::move(queued), TakeBack::kRequeued) && stream.prefetch != 0) {
      ++stream.prefetch;  // as for a single one
    }
  }
  for (const ResourceIndex queue : queues) {
    if (options.requeue) {
      go_on(queue);
    } else {
      go_on_from_settled(queue);
    }
  }
  return end();
}

// The stream gets nothing more. Returns whether it was open, and its queue is there.
bool Broker::leave(StreamIndex number) {
  Stream& stream = streams_[number];
  if (!std::exchange(stream.open, false) || stream.is_getter) return false;
  if (stream.gate != kNoGate) std::erase(gates_[stream.gate].streams, number);
  if (!stands(number)) return false;
  Queue& queue = *resources_[stream.resource]->queue;
  --queue.streams;
  if (stream.in_turn) queue.turns().remove(number);
  stream.in_turn = false;
  if (queue.policies() != nullptr) std::erase(queue.policies()->single_active, number);
  return true;
}

// All that these streams have not settled, by queue, and in each queue in its order.
std::vector<Broker::Returned> Broker::take_unsettled(std::span<const StreamIndex> numbers) {
  std::uint64_t left = 0;
  for (const StreamIndex number : numbers) {
    streams_[number].closing = true;
    left += streams_[number].unacknowledged;
  }
  std::vector<Returned> unsettled;
  for (std::uint32_t slot = 0; slot < unacknowledged_.size() && left > 0; ++slot) {
    const Unacknowledged& entry = unacknowledged_[slot];
    if (!entry.in_use || !streams_[entry.stream].closing) continue;
    --left;
    const StreamIndex number = entry.stream;
    QueuedMessage queued = settle(DeliveryTag((std::uint64_t{entry.generation} << 32) | slot));
    if (stands(number)) unsettled.push_back({streams_[number].resource, std::move(queued)});
  }
  for (const StreamIndex number : numbers) streams_[number].closing = false;
  std::sort(unsettled.begin(), unsettled.end(), [](const Returned& one, const Returned& other) {
    return one.queue != other.queue ? one.queue < other.queue : one.queued.position < other.queued.position;
  });
  return unsettled;
}

Effects& Broker::close_streams(std::span<const StreamIndex> numbers, TimeNs now) {
  begin(now);
  std::vector<ResourceIndex> left;
  for (const StreamIndex number : numbers) {
    if (leave(number)) left.push_back(streams_[number].resource);
  }
  std::vector<Returned> unsettled = take_unsettled(numbers);
  std::vector<ResourceIndex> queues = left;
  for (const Returned& one : unsettled) queues.push_back(one.queue);
  std::sort(queues.begin(), queues.end());
  queues.erase(std::unique(queues.begin(), queues.end()), queues.end());
  auto first = unsettled.begin();
  for (const ResourceIndex queue : queues) {
    const auto last =
        std::find_if(first, unsettled.end(), [queue](const Returned& one) { return one.queue != queue; });
    const bool has_left = std::find(left.begin(), left.end(), queue) != left.end();
    end_of_streams(queue, has_left, std::span(first, last));
    first = last;
  }
  return end();
}

Effects& Broker::cancel_stream(StreamIndex number, TimeNs now) {
  begin(now);
  if (leave(number)) end_of_streams(streams_[number].resource, true, {});
  return end();
}

// What becomes of a queue when streams have left it, or settle nothing any more.
void Broker::end_of_streams(ResourceIndex index, bool has_left, std::span<Returned> unsettled) {
  Queue& queue = *resources_[index]->queue;
  const QueuePolicies* policies = queue.policies();
  const bool last = has_left && policies != nullptr && queue.streams == 0;
  if (last && (policies->options().auto_delete || policies->options().exclusive)) {
    for (const Returned& one : unsettled) note_policy(PolicyEvent::Kind::kRemoved, index, one.queued.message);
    return remove_queue(index);
  }
  if (last) note_use(index);
  for (Returned& one : unsettled) take_back(index, std::move(one.queued), TakeBack::kStreamClosed);
  go_on(index);
  queue.note_depth();
}

Effects& Broker::purge(ResourceIndex index, TimeNs now) {
  begin(now);
  Queue& queue = *resources_[index]->queue;
  while (!queue.empty()) note_policy(PolicyEvent::Kind::kPurged, index, queue.pop().message);
  return end();
}

Effects& Broker::remove(ResourceIndex queue, TimeNs now) {
  begin(now);
  remove_queue(queue);
  return end();
}

void Broker::remove_exchange(ResourceIndex index, TimeNs now) {
  advance_to(now);
  for (const ResourceIndex from : resources_[index]->bound_to)
    resources_[from]->exchange.unbind_exchange(index);
  set_options(index, ExchangeOptions());
}

bool Broker::gate_has_room(GateIndex gate) const {
  const GateIndex parent = gates_[gate].parent;
  return gates_[gate].has_room() && (parent == kNoGate || gates_[parent].has_room());
}

void Broker::pass_gate(Stream& stream, const Message& message) {
  const auto bytes = static_cast<std::int64_t>(message.payload().size());
  for (GateIndex gate = stream.gate; gate != kNoGate; gate = gates_[gate].parent) {
    gates_[gate].passing_bytes -= bytes + Gate::kBytesOfDelivery;
    if (!stream.acknowledges) continue;
    ++gates_[gate].unacknowledged;
    gates_[gate].held_bytes += bytes;
  }
}

void Broker::leave_gate(const Stream& stream, const Message& message) {
  for (GateIndex index = stream.gate; index != kNoGate; index = gates_[index].parent) {
    Gate& gate = gates_[index];
    const bool was_full = !gate.has_room();
    --gate.unacknowledged;
    gate.held_bytes -= static_cast<std::int64_t>(message.payload().size());
    if (was_full && gate.has_room()) reopened_.push_back(index);
  }
}

GateIndex Broker::open_gate(GateLimits limits, GateIndex parent) {
  GateIndex index;
  if (free_gates_.empty()) {
    index = gates_.push_back({});
  } else {
    index = free_gates_.back();
    free_gates_.pop_back();
  }
  gates_[index] = Gate{.limits = limits, .parent = parent};
  if (parent != kNoGate) gates_[parent].children.push_back(index);
  return index;
}

Effects& Broker::set_gate(GateIndex gate, GateLimits limits, TimeNs now) {
  begin(now);
  gates_[gate].limits = limits;
  reopened_.push_back(gate);
  return end();
}

Effects& Broker::refill_gate(GateIndex gate, std::int64_t bytes, TimeNs now) {
  begin(now);
  const bool was_full = !gates_[gate].has_room();
  gates_[gate].passing_bytes += bytes;
  if (was_full) reopened_.push_back(gate);
  return end();
}

void Broker::pass_gate(GateIndex gate, std::int64_t payload_bytes) {
  gates_[gate].passing_bytes -= payload_bytes + Gate::kBytesOfDelivery;
}

void Broker::close_gate(GateIndex index) {
  const Gate& gate = gates_[index];
  DSE_CHECK(gate.streams.empty() && gate.children.empty(), "gate {} is in use", index.number());
  if (gate.parent != kNoGate) std::erase(gates_[gate.parent].children, index);
  std::erase(reopened_, index);
  free_gates_.push_back(index);
}

void Broker::go_on_behind_gates() {
  for (std::size_t at = 0; at < reopened_.size(); ++at) go_on_behind(reopened_[at]);
  reopened_.clear();
}

// Delivers what can be delivered to the streams of this gate, and of its children, which may have room again.
void Broker::go_on_behind(GateIndex index) {
  if (!gates_[index].has_room()) return;
  for (const GateIndex child : gates_[index].children) go_on_behind(child);
  const std::vector<StreamIndex>& streams = gates_[index].streams;
  for (const StreamIndex number : streams) enter_turn(number);
  for (const StreamIndex number : streams) {
    if (stands(number)) go_on_from_settled(streams_[number].resource);
  }
}

}  // namespace dse
