#include "amqp/consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "amqp/headers.h"
#include "dse/hash.h"
#include "message/deaths.h"

namespace dse {
namespace {

// Removes from the message the headers that our own publishers add.
void take_marks(Arrival& arrival) {
  Headers& headers = arrival.message.headers;
  if (const HeaderValue* run = headers.find(kRunHeader)) arrival.run = to_text(*run);
  if (const std::int64_t* number = headers.find_integer(kNumberHeader)) arrival.number = *number;
  headers.remove(kRunHeader);
  headers.remove(kNumberHeader);
}

std::uint64_t hash_of(const MoreProperties& properties) {
  Hasher hasher;
  add_to_hash(hasher, properties);
  return hasher.digest();
}

// A quorum queue counts in it how often it has delivered the message before.
constexpr std::string_view kDeliveryCountHeader = "x-delivery-count";

}  // namespace

std::uint64_t Arrival::identity() const {
  std::uint64_t hash = hash_chain(hash_text(run), static_cast<std::uint64_t>(number.value_or(-1)));
  for (const std::string* text :
       {&message.id, &message.key, &message.correlation_id, &message.app_id, &message.content_type})
    hash = hash_chain(hash, hash_text(*text));
  for (const auto& [name, value] : message.headers) {
    if (name == kDeliveryCountHeader) continue;
    hash = hash_chain(hash, hash_text(name));
    // Copies of a message that was published several times may have died in different seconds.
    const std::string text = typed_text(name == kDeathsHeader ? without_times(value) : value);
    hash = hash_chain(hash_chain(hash, value.index()), hash_text(text));
  }
  if (!message.more.empty()) hash = hash_chain(hash, hash_of(*message.more));
  hash = hash_chain(hash, static_cast<std::uint64_t>(message.timestamp));
  return hash_chain(hash, hash_bytes(message.payload.bytes()));
}

Consumer::Consumer(ConnectionOptions connection, std::vector<Subscription> subscriptions,
                   const Notifier& changed)
    : broker_(connection.address.describe()),
      clock_(connection.clock),
      changed_(changed),
      subscriptions_(std::move(subscriptions)) {
  session_ = std::make_unique<Session>(std::move(connection), static_cast<SessionClient&>(*this), changed);
}

Consumer::~Consumer() { session_.reset(); }

std::vector<Arrival> Consumer::take() {
  std::vector<Arrival> arrived;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(arrived_);
  }
  if (!arrived.empty() && !arrived.back().decoded) session_->wake();  // it waits for this
  if (arrived.empty()) session_->check();
  return arrived;
}

std::vector<Arrival> Consumer::stop() {
  session_.reset();
  return std::move(arrived_);
}

bool Consumer::has_arrivals() const {
  const std::lock_guard lock(mutex_);
  return !arrived_.empty();
}

void Consumer::acknowledge(const ArrivalTag& tag) { settle({.tag = tag}); }

void Consumer::reject(const ArrivalTag& tag, bool requeue) {
  settle({.tag = tag, .acknowledge = false, .requeue = requeue});
}

void Consumer::settle(Wanted&& wanted) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = wanted_.empty();
    wanted_.push_back(wanted);
  }
  if (first) session_->wake();
}

bool Consumer::settled() const {
  if (!session_->state().connected) return true;
  const std::lock_guard lock(mutex_);
  return wanted_.empty() && !settling_;
}

void Consumer::ask_depth() {
  {
    const std::lock_guard lock(mutex_);
    ++depth_.asked;
  }
  session_->wake();
}

Consumer::Depth Consumer::depth() const {
  const std::lock_guard lock(mutex_);
  return depth_;
}

// Each subscription has its own channel, so that acknowledgements are ordered within each alone.
void Consumer::on_connected(Connection& connection) {
  ++connections_;
  channels_.clear();
  settled_before_.assign(subscriptions_.size(), 0);
  for (std::size_t number = 0; in_good_order_ && number < settled_.size(); ++number)
    settled_before_[number] = settled_[number].taken_in(left_at_);
  settled_.assign(subscriptions_.size(), {});
  in_good_order_ = false;
  for (Subscription& subscription : subscriptions_) {
    const ChannelNumber channel = connection.open_channel();
    subscription.queue = subscription.set_up(connection, channel);
    connection.set_prefetch(channel, subscription.prefetch);
    channels_.push_back(channel);
    connection.consume(channel, subscription.queue);
  }
}

void Consumer::on_event(Connection& connection, AmqpEvent&& event) {
  const auto number_of = [this](ChannelNumber channel) {
    const auto at = std::find(channels_.begin(), channels_.end(), channel);
    if (at != channels_.end()) return static_cast<std::size_t>(at - channels_.begin());
    throw BrokerError(
        fmt::format("broker {} speaks of a consumer on channel {}, which has none: check that it is one "
                    "that speaks AMQP 0-9-1",
                    broker_, channel));
  };
  if (const auto* cancelled = std::get_if<AmqpCancelled>(&event)) {
    throw BrokerError(
        fmt::format("broker {}: queue '{}' was deleted while it was read: declare it and start again",
                    broker_, subscriptions_[number_of(cancelled->channel)].queue));
  }
  auto* delivery = std::get_if<AmqpDelivery>(&event);
  if (delivery == nullptr) return;
  const std::size_t number = number_of(delivery->channel);
  if (!delivery->decoded) {
    settle_wanted(connection);
    connection.settle(delivery->channel, {.tag = delivery->tag, .acknowledge = false, .requeue = false});
    in_good_order_ = true;
    left_at_ = clock_->now();
  }
  Arrival arrival{.tag = {.connection = connections_, .subscription = number, .tag = delivery->tag},
                  .redelivered = delivery->redelivered,
                  .message = std::move(delivery->message),
                  .refused = std::move(delivery->refused),
                  .decoded = delivery->decoded,
                  .settled_before = settled_before_[number]};
  take_marks(arrival);
  const std::lock_guard lock(mutex_);
  arrived_.push_back(std::move(arrival));
}

// Whether the depth of the queue was also asked for.
bool Consumer::settle_wanted(Connection& connection) {
  std::vector<Wanted> wanted;
  bool asked = false;
  {
    const std::lock_guard lock(mutex_);
    wanted.swap(wanted_);
    settling_ = !wanted.empty();
    asked = depth_.asked != depth_.answered;
  }
  for (const Wanted& one : wanted) {
    if (one.tag.connection != connections_) continue;
    connection.settle(channels_[one.tag.subscription],
                      {.tag = one.tag.tag, .acknowledge = one.acknowledge, .requeue = one.requeue});
    settled_[one.tag.subscription].add(one.tag.tag, clock_->now());
  }
  const std::lock_guard lock(mutex_);
  settling_ = false;
  return asked;
}

bool Consumer::on_turn(Connection& connection) {
  if (settle_wanted(connection)) answer_depth(connection);
  return false;
}

void Consumer::answer_depth(Connection& connection) {
  std::uint64_t asked = 0;
  {
    const std::lock_guard lock(mutex_);
    asked = depth_.asked;
  }
  const QueueInfo info =
      connection.declare_queue(channels_.front(), subscriptions_.front().queue, {.passive = true});
  // While we waited for the answer, the connection kept what the broker delivered before it.
  while (std::optional<AmqpEvent> event = connection.wait(std::chrono::milliseconds(0)))
    on_event(connection, std::move(*event));
  const std::lock_guard lock(mutex_);
  depth_.answered = asked;
  depth_.ready = info.messages;
  changed_.notify();
}

}  // namespace dse
