// What the broker does by itself, because the options of a queue say so.
#include <fmt/format.h>

#include <algorithm>

#include "broker/broker.h"
#include "dse/error.h"
#include "dse/time.h"

namespace dse {
namespace {

// A message in a quorum queue lives at least this long (rabbit_fifo: update_expiry_header).
constexpr TimeNs kQuorumLifeMinNs = 1'000'000;

}  // namespace

// As rabbit_amqqueue_process: maybe_deliver_or_enqueue.
bool Broker::offer_by_policies(ResourceIndex index, QueuedMessage queued,
                               std::optional<PublisherIndex> publisher) {
  Queue& queue = *resources_[index]->queue;
  const QueuePolicies& policies = *queue.policies();
  const QueueOptions& options = policies.options();
  if (policies.quorum()) return offer_to_quorum(index, std::move(queued), publisher);
  if (options.overflow != Overflow::kDropHead &&
      policies.over_limit(queue.depth() + 1, queue.bytes() + queued.message->payload().size())) {
    note_policy(PolicyEvent::Kind::kNotAccepted, index, queued.message);
    if (options.overflow == Overflow::kRejectPublishDlx)
      send_to_dead_letters(index, queued, DeathReason::kMaxLength);
    return false;
  }
  const std::optional<TimeNs> lives_ns = time_to_live(*queued.message, options.message_ttl_ns);
  if (lives_ns) queued.expires_ns = add_time(now_ns_, *lives_ns);
  if (queue.empty()) {
    if (const std::optional<StreamIndex> reader = next_with_room(queue)) {
      queued.position = queue.next_position();
      hand_over(*reader, std::move(queued));
      return true;
    }
  }
  queue.push(std::move(queued));
  const bool dropped = options.overflow == Overflow::kDropHead && drop_over_limit(index);
  // A message that comes before others by its priority is not looked at, as in RabbitMQ.
  if (dropped || queue.depth() == 1) drop_expired(index);
  queue.note_depth();
  return true;
}

// As rabbit_fifo and rabbit_fifo_client: a message is first queued, then perhaps delivered, and only then the
// limits count.
bool Broker::offer_to_quorum(ResourceIndex index, QueuedMessage queued,
                             std::optional<PublisherIndex> publisher) {
  Queue& queue = *resources_[index]->queue;
  QueuePolicies& policies = *queue.policies();
  if (policies.options().overflow == Overflow::kRejectPublish && publisher) {
    const auto [known, is_new] = policies.holds_back.try_emplace(*publisher, false);
    if (is_new) known->second = policies.over_limit(queue.depth(), queue.bytes());
    if (known->second) {
      note_policy(PolicyEvent::Kind::kNotAccepted, index, queued.message);
      return false;
    }
  }
  if (const std::optional<TimeNs> lives_ns =
          time_to_live(*queued.message, policies.options().message_ttl_ns)) {
    queued.expires_ns = add_time(now_ns_, std::max(*lives_ns, kQuorumLifeMinNs));
  }
  const std::size_t first_death = dead_letters_.size();
  queue.push(std::move(queued));
  dispatch(index);
  keep_quorum_limits(index, first_death);
  queue.note_depth();
  return true;
}

// Returns whether it dropped any.
bool Broker::drop_over_limit(ResourceIndex index) {
  Queue& queue = *resources_[index]->queue;
  bool dropped = false;
  while (!queue.empty() && queue.policies()->over_limit(queue.depth(), queue.bytes())) {
    give_up(index, queue.pop(), PolicyEvent::Kind::kDropped, DeathReason::kMaxLength);
    dropped = true;
  }
  return dropped;
}

// `first_death` is the first dead letter of what is being done now. What a quorum queue drops goes before all
// of them, the last first (rabbit_fifo puts each in front of the effects so far).
void Broker::keep_quorum_limits(ResourceIndex index, std::size_t first_death) {
  Queue& queue = *resources_[index]->queue;
  QueuePolicies& policies = *queue.policies();
  if (policies.options().overflow != Overflow::kRejectPublish) {
    const auto dropped = static_cast<std::ptrdiff_t>(dead_letters_.size());
    if (!drop_over_limit(index)) return;
    std::reverse(dead_letters_.begin() + dropped, dead_letters_.end());
    std::rotate(dead_letters_.begin() + static_cast<std::ptrdiff_t>(first_death),
                dead_letters_.begin() + dropped, dead_letters_.end());
    drop_expired(index);
    return;
  }
  const bool below = policies.below_soft_limit(queue.depth(), queue.bytes());
  if (policies.over_limit(queue.depth(), queue.bytes())) {
    for (auto& [publisher, holds_back] : policies.holds_back) holds_back = true;
  } else if (below && !policies.was_below_soft_limit) {
    for (auto& [publisher, holds_back] : policies.holds_back) holds_back = false;
  }
  policies.was_below_soft_limit = below;
}

// A message expires only when it is the first.
void Broker::drop_expired(ResourceIndex index) {
  Queue& queue = *resources_[index]->queue;
  while (!queue.empty() && queue.first().expires_ns <= now_ns_) {
    give_up(index, queue.pop(), PolicyEvent::Kind::kExpired, DeathReason::kExpired);
  }
  if (!queue.empty() && queue.first().expires_ns != kNeverNs) look_at(index, queue.first().expires_ns);
}

void Broker::give_up(ResourceIndex index, QueuedMessage queued, PolicyEvent::Kind kind, DeathReason reason) {
  note_policy(kind, index, queued.message);
  send_to_dead_letters(index, queued, reason);
}

void Broker::note_policy(PolicyEvent::Kind kind, ResourceIndex queue, MessagePtr message) {
  effects_.policies.push_back({.kind = kind, .queue = queue, .message = std::move(message)});
}

void Broker::send_to_dead_letters(ResourceIndex index, const QueuedMessage& queued, DeathReason reason) {
  const Resource& resource = *resources_[index];
  if (resource.options == nullptr || !resource.options->dead_letter) return;
  const DeadLetterTarget& target = *resource.options->dead_letter;
  const std::optional<ResourceIndex> exchange = find(target.exchange);
  if (!exchange) return;
  const std::size_t first = dying_.value_or(deaths_.size());
  if (first == deaths_.size()) deaths_.push_back(0);
  if (++deaths_[first] > bounds_.deaths_at_once) {
    if (bounds_.drops) return;
    throw RunError(fmt::format(
        "message '{}' goes round for ever without taking time: it has died {} times at {}, last in "
        "queue '{}'; give a queue on its way a reader, a delay or more room",
        queued.message->id(), bounds_.deaths_at_once, format_duration(now_ns_), resource.name));
  }
  dead_letters_.push_back({.message = died(*queued.message, {.reason = reason,
                                                             .queue = resource.name,
                                                             .exchange = resources_[queued.exchange]->name,
                                                             .key = target.key,
                                                             .time_ns = now_ns_}),
                           .from = index,
                           .exchange = *exchange,
                           .reason = reason,
                           .first = first});
}

// Publishing one may make another, but not for ever: without a consumer that rejects it, no message comes
// into a queue twice (rabbit_dead_letter: detect_cycles). One that was rejected may: send_to_dead_letters
// ends that.
void Broker::publish_dead_letters() {
  for (std::size_t at = 0; at < dead_letters_.size(); ++at) {
    const DeadLetter dead = dead_letters_[at];
    dying_ = dead.first;
    std::vector<ResourceIndex> queues;
    route(dead.exchange, routing_keys(*dead.message), dead.message->headers(), queues);
    std::erase_if(queues, [&](ResourceIndex queue) {
      return dead.reason != DeathReason::kRejected &&
             would_cycle(dead.message->headers(), resources_[queue]->name);
    });
    const std::size_t place = effects_.policies.size();
    note_policy(PolicyEvent::Kind::kDeadLettered, dead.from, dead.message);
    effects_.policies[place].exchange = dead.exchange;
    std::erase_if(queues, [&](ResourceIndex queue) {
      return !offer(queue, dead.message, dead.exchange, std::nullopt);
    });
    effects_.policies[place].queues = std::move(queues);
  }
  dead_letters_.clear();
  dying_.reset();
  deaths_.clear();
}

// A queue that may be removed when nobody uses it lives on from now.
void Broker::note_use(ResourceIndex index) {
  QueuePolicies* policies = resources_[index]->queue->policies();
  if (policies == nullptr || !policies->options().expires_ns) return;
  policies->removed_ns = add_time(now_ns_, *policies->options().expires_ns);
  look_at(index, policies->removed_ns);
}

void Broker::look_at(ResourceIndex index, TimeNs time_ns) {
  QueuePolicies& policies = *resources_[index]->queue->policies();
  if (policies.look_ns <= time_ns) return;
  policies.look_ns = time_ns;
  looks_.push({.time_ns = time_ns, .queue = index});
}

std::optional<TimeNs> Broker::next_look_ns() const {
  while (!looks_.empty()) {
    const Look& next = looks_.top();
    const Resource& resource = *resources_[next.queue];
    // The queue may be gone, and another one of its name, which has nothing to do at any time, be there.
    const QueuePolicies* policies = resource.queue ? resource.queue->policies() : nullptr;
    if (policies != nullptr && policies->look_ns == next.time_ns) return next.time_ns;
    looks_.pop();  // an earlier one has taken its place
  }
  return std::nullopt;
}

Effects& Broker::look(TimeNs now) {
  begin(now);
  const std::optional<TimeNs> due_ns = next_look_ns();
  if (!due_ns || *due_ns > now) return effects_;
  const ResourceIndex index = looks_.top().queue;
  looks_.pop();
  Queue& queue = *resources_[index]->queue;
  QueuePolicies& policies = *queue.policies();
  policies.look_ns = kNeverNs;
  if (policies.removed_ns <= now && queue.streams == 0) {
    remove_queue(index);
    return end();
  }
  drop_expired(index);
  if (policies.quorum()) keep_quorum_limits(index);
  if (policies.removed_ns > now && policies.removed_ns != kNeverNs) look_at(index, policies.removed_ns);
  return end();
}

// Its messages are gone, and none is dead-lettered.
void Broker::remove_queue(ResourceIndex index) {
  Resource& removed = *resources_[index];
  while (!removed.queue->empty())
    note_policy(PolicyEvent::Kind::kRemoved, index, removed.queue->pop().message);
  for (const ResourceIndex exchange : removed.bound_to) resources_[exchange]->exchange.unbind_queue(index);
  removed.depth_max_removed = std::max(removed.depth_max_removed, removed.queue->depth_max());
  removed.queue.reset();
  removed.unacknowledged = 0;
  ++removed.queue_life;
  note_policy(PolicyEvent::Kind::kQueueRemoved, index, MessagePtr());
}

}  // namespace dse
