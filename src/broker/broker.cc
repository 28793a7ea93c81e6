#include "broker/broker.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "dse/error.h"
#include "dse/hash.h"
#include "dse/time.h"

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
// A message in a quorum queue lives at least this long (rabbit_fifo: update_expiry_header).
constexpr TimeNs kQuorumLifeMinNs = 1'000'000;

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
  effects_.queues = {};
  effects_.settled.message = MessagePtr();
  effects_.policies.clear();
  return effects_;
}

Effects& Broker::end() {
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
    resource.exchange.bind({.from = resource.name, .to = resource.name, .key = "#"}, index);
  }
  for (const BindingSpec& binding : resource.bindings_for_good) {
    resources_[declare(binding.from, now_ns_)]->exchange.bind(binding, index);
  }
  note_use(index);
  return *resource.queue;
}

void Broker::make_queue(ResourceIndex resource, TimeNs now) {
  advance_to(now);
  ensure_queue(resource);
}

bool Broker::bind(const BindingSpec& binding, TimeNs now) {
  const ResourceIndex from = declare(binding.from, now);
  const ResourceIndex to = declare(binding.to, now);
  if (binding.target == BindingTarget::kQueue) {
    ensure_queue(to);
    note_use(to);
  }
  return resources_[from]->exchange.bind(binding, to);
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
    queue.add_policies(QueueOptions());
  if (queue.depth() >= kQueueDepthMax) fail_for_depth(index);
  if (queue.policies() != nullptr)
    return offer_by_policies(index, {.message = message, .exchange = exchange}, publisher);
  if (queue.empty()) {
    if (const std::optional<StreamIndex> reader = next_with_room(queue)) {
      hand_over(*reader, {.message = message, .position = queue.next_position(), .exchange = exchange});
      return true;
    }
  }
  queue.push({.message = message, .exchange = exchange});
  queue.note_depth();
  return true;
}

void Broker::fail_for_depth(ResourceIndex index) const {
  throw RunError(
      fmt::format("queue '{}' holds {} messages and nobody takes them: add a reader or lower the rate",
                  resources_[index]->name, resources_[index]->queue->depth()));
}

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
  dead_letters_.push_back({.message = died(*queued.message, {.reason = reason,
                                                             .queue = resource.name,
                                                             .exchange = resources_[queued.exchange]->name,
                                                             .key = target.key,
                                                             .time_ns = now_ns_}),
                           .from = index,
                           .exchange = *exchange,
                           .reason = reason,
                           .earlier_deaths = deaths_at_once_});
  if (deaths_at_once_ < kDeathsAtOnceMax) return;
  throw RunError(
      fmt::format("message '{}' goes round for ever without taking time: it has died {} times at {}, last in "
                  "queue '{}'; give a queue on its way a reader, a delay or more room",
                  queued.message->id(), deaths_at_once_, format_duration(now_ns_), resource.name));
}

// Publishing one may make another, but not for ever: without a consumer that rejects it, no message comes
// into a queue twice (rabbit_dead_letter: detect_cycles). One that was rejected may: send_to_dead_letters
// ends that.
void Broker::publish_dead_letters() {
  for (std::size_t at = 0; at < dead_letters_.size(); ++at) {
    const DeadLetter dead = dead_letters_[at];
    deaths_at_once_ = dead.earlier_deaths + 1;
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
  deaths_at_once_ = 0;
}

Effects& Broker::open_stream(ResourceIndex resource, std::uint32_t prefetch, TimeNs now) {
  begin(now);
  Queue& queue = ensure_queue(resource);
  const QueuePolicies* policies = queue.policies();
  if (policies != nullptr && policies->options().exclusive && queue.streams > 0) {
    throw RunError(
        fmt::format("queue '{}' is exclusive, and another stream of it is open", resources_[resource]->name));
  }
  if (policies != nullptr && policies->quorum() && prefetch == 0) prefetch = kQuorumPrefetchMax;
  const StreamIndex number = streams_.push_back({.resource = resource, .prefetch = prefetch});
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
  if (stream.in_turn || !stream.open) return;
  Queue& queue = *resources_[stream.resource]->queue;
  // A quorum queue lists only consumers that may have more (rabbit_fifo: uniq_queue_in).
  if (queue.policies() != nullptr && queue.policies()->quorum() && !stream.has_room()) return;
  stream.in_turn = true;
  queue.turns().push_back(number);
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
    return streams_[active].has_room() ? std::optional(active) : std::nullopt;
  }
  while (!queue.turns().empty()) {
    const StreamIndex number = queue.turns().pop_front();
    streams_[number].in_turn = false;
    if (streams_[number].has_room()) return number;
  }
  return std::nullopt;
}

void Broker::hand_over(StreamIndex number, QueuedMessage&& queued) {
  Stream& stream = streams_[number];
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(unacknowledged_.size());
    unacknowledged_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  Resource& resource = *resources_[stream.resource];
  Unacknowledged& entry = unacknowledged_[slot];
  entry.queued = std::move(queued);
  entry.stream = number;
  entry.in_use = true;
  ++stream.unacknowledged;
  ++resource.unacknowledged;
  effects_.deliveries.push_back(
      {number, make_tag(slot, entry.generation), entry.queued.redelivered, entry.queued.message});
  const QueuePolicies* policies = resource.queue->policies();
  if (policies != nullptr && policies->quorum()) {
    // What a quorum queue takes back when a stream closes, it takes in the order of delivery.
    entry.queued.position = resource.queue->next_position();
    if (entry.queued.returns > 0) {
      effects_.deliveries.back().message = with_delivery_count(*entry.queued.message, entry.queued.returns);
    }
  }
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
  go_on_from_settled(effects.settled.resource);
  return end();
}

// Delivers what can be delivered, when a stream has room again.
void Broker::go_on_from_settled(ResourceIndex index) {
  dispatch(index);
  const QueuePolicies* policies = resources_[index]->queue->policies();
  if (policies != nullptr && policies->quorum()) keep_quorum_limits(index);
}

Effects& Broker::reject(DeliveryTag tag, RejectOptions options, TimeNs now) {
  Effects& effects = begin(now);
  QueuedMessage queued = settle(tag);
  Stream& stream = streams_[unacknowledged_[tag_slot(tag)].stream];
  const ResourceIndex resource = effects.settled.resource;
  effects.settled.message = queued.message;
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

Effects& Broker::close_stream(StreamIndex number, TimeNs now) {
  begin(now);
  Stream& stream = streams_[number];
  DSE_CHECK(stream.open, "stream {} is closed already", number.number());
  stream.open = false;
  const ResourceIndex resource = stream.resource;
  Queue& queue = *resources_[resource]->queue;
  --queue.streams;
  if (stream.in_turn) queue.turns().remove(number);
  stream.in_turn = false;
  QueuePolicies* policies = queue.policies();
  if (policies != nullptr) std::erase(policies->single_active, number);
  std::vector<QueuedMessage> unsettled;
  for (std::uint32_t slot = 0; slot < unacknowledged_.size() && stream.unacknowledged > 0; ++slot) {
    Unacknowledged& entry = unacknowledged_[slot];
    if (!entry.in_use || entry.stream != number) continue;
    unsettled.push_back(settle(make_tag(slot, entry.generation)));
  }
  std::sort(unsettled.begin(), unsettled.end(), [](const QueuedMessage& one, const QueuedMessage& other) {
    return one.position < other.position;
  });
  const bool last = policies != nullptr && queue.streams == 0;
  if (last && (policies->options().auto_delete || policies->options().exclusive)) {
    for (const QueuedMessage& queued : unsettled)
      note_policy(PolicyEvent::Kind::kRemoved, resource, queued.message);
    remove_queue(resource);
    return end();
  }
  if (last) note_use(resource);
  for (QueuedMessage& queued : unsettled) take_back(resource, std::move(queued), TakeBack::kStreamClosed);
  go_on(resource);
  queue.note_depth();
  return end();
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
    if (resource.queue && resource.queue->policies()->look_ns == next.time_ns) return next.time_ns;
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
  for (ResourceIndex resource; resource != resources_.next(); ++resource)
    resources_[resource]->exchange.unbind_queue(index);
  removed.depth_max_removed = std::max(removed.depth_max_removed, removed.queue->depth_max());
  removed.queue.reset();
  note_policy(PolicyEvent::Kind::kQueueRemoved, index, MessagePtr());
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
