#include "sim/conform/broker_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "amqp/topology.h"
#include "dse/hash.h"

namespace dse {

BrokerRun::BrokerRun(Connection& connection, std::string prefix)
    : connection_(connection), prefix_(std::move(prefix)), control_(connection.open_channel()) {}

BrokerRun::~BrokerRun() {
  try {
    clean_up();
  } catch (const BrokerError&) {
    // Whatever is wrong, the next use of the connection will report it too.
  }
}

void BrokerRun::clean_up() {
  for (const auto& [stream, open] : open_) {
    try {
      connection_.close_channel(open.channel);
    } catch (const ChannelClosed&) {
      // It was this channel that failed.
    }
  }
  // The control channel may be what failed.
  const ChannelNumber channel = connection_.open_channel();
  for (const std::string& resource : queues_) connection_.delete_queue(channel, prefix_ + resource, {});
  for (const std::string& companion : companions_) connection_.delete_exchange(channel, companion, {});
  for (const auto& [resource, name] : exchanges_) connection_.delete_exchange(channel, name, {});
  connection_.close_channel(channel);
  connection_.close_channel(control_);
  // What one stream gave back when it was closed, another stream may have received; none of it must reach the
  // next run.
  while (connection_.wait(std::chrono::milliseconds(0))) continue;
}

const std::string& BrokerRun::exchange(const std::string& resource) {
  return exchanges_.try_emplace(resource, prefix_ + resource).first->second;
}

const std::string& BrokerRun::queue(const std::string& resource) {
  queues_.insert(resource);
  return exchange(resource);
}

Outcome BrokerRun::perform(const Operation& operation) {
  last_resources_.clear();
  Outcome outcome;
  std::visit([this, &outcome](const auto& one) { perform(one, outcome); }, operation);
  return outcome;
}

void BrokerRun::perform(const DeclareOperation& declare, Outcome&) {
  assert_exchange(connection_, control_, exchange(declare.resource));
}

void BrokerRun::perform(const BindOperation& bind, Outcome& outcome) {
  BindingSpec binding = bind.binding;
  binding.from = exchange(bind.binding.from);
  binding.to = queue(bind.binding.to);
  if (!binding.headers.empty()) companions_.insert(headers_exchange(binding));
  assert_binding(connection_, control_, binding);
  settle_down(control_, {bind.binding.to}, outcome);
}

void BrokerRun::perform(const PublishOperation& publish, Outcome& outcome) {
  const std::string& name = exchange(publish.resource);
  assert_exchange(connection_, control_, name);
  const MessageFields message{.key = publish.key, .headers = publish.headers, .id = publish.id};
  connection_.publish(control_, {.exchange = name, .message = message, .mandatory = publish.mandatory});
  assert_exchange(connection_, control_, name);  // answered after the message was returned
  settle_down(control_, queues_, outcome);
}

void BrokerRun::perform(const OpenOperation& open, Outcome& outcome) {
  open_stream(open.stream, open.resource, open.prefetch);
  settle_down(open_.at(open.stream).channel, {open.resource}, outcome);
}

void BrokerRun::perform(const SettleOperation& settle, Outcome& outcome) {
  const auto found = open_.find(settle.stream);
  if (found == open_.end() || found->second.unsettled.empty()) return;
  Open& open = found->second;
  const auto at = open.unsettled.begin() + static_cast<std::ptrdiff_t>(settle.which % open.unsettled.size());
  outcome.settled = at->id;
  connection_.settle(open.channel, {.tag = at->tag,
                                    .acknowledge = settle.how == SettleHow::kAcknowledge,
                                    .requeue = settle.how == SettleHow::kRequeue});
  open.unsettled.erase(at);
  settle_down(open.channel, {open.resource}, outcome);
}

void BrokerRun::perform(const CloseOperation& close, Outcome& outcome) {
  const auto found = open_.find(close.stream);
  if (found == open_.end()) return;
  const Open closed = found->second;
  open_.erase(found);
  by_channel_.erase(closed.channel);
  connection_.close_channel(closed.channel);
  settle_down(control_, {closed.resource}, outcome);
}

void BrokerRun::perform(const DrainOperation& drain, Outcome& outcome) {
  const auto before = open_.find(kDrained);
  if (before != open_.end()) {
    connection_.close_channel(before->second.channel);
    by_channel_.erase(before->second.channel);
    open_.erase(before);
  }
  open_stream(kDrained, drain.resource, 0);
  settle_down(open_.at(kDrained).channel, {drain.resource}, outcome);
}

void BrokerRun::open_stream(CaseStream stream, const std::string& resource, std::uint16_t prefetch) {
  const std::string& name = queue(resource);
  const ChannelNumber channel = connection_.open_channel();
  open_[stream] = {.channel = channel, .resource = resource};
  by_channel_[channel] = stream;
  assert_queue(connection_, channel, name);
  connection_.set_prefetch(channel, prefetch);
  connection_.consume(channel, name);
}

void BrokerRun::settle_down(ChannelNumber channel, const std::set<std::string>& resources, Outcome& outcome) {
  last_channel_ = channel;
  last_resources_ = resources;
  look_again(outcome);
}

void BrokerRun::look_again(Outcome& outcome) {
  const auto ask = [this, &outcome](ChannelNumber channel, const std::string& resource) {
    outcome.waiting[resource] =
        connection_.declare_queue(channel, exchanges_.at(resource), {.passive = true}).messages;
  };
  for (const std::string& resource : last_resources_) ask(last_channel_, resource);
  for (const auto& [stream, open] : open_) {
    if (last_resources_.contains(open.resource)) ask(open.channel, open.resource);
  }
  collect(outcome);
}

void BrokerRun::collect(Outcome& outcome) {
  while (std::optional<AmqpEvent> event = connection_.wait(std::chrono::milliseconds(0))) {
    if (auto* delivery = std::get_if<AmqpDelivery>(&*event)) {
      const auto found = by_channel_.find(delivery->channel);
      if (found == by_channel_.end()) {
        throw BrokerError(fmt::format("broker {}: delivers '{}' on a channel that has no stream",
                                      connection_.describe(), delivery->message.id));
      }
      const CaseStream stream = found->second;
      open_.at(stream).unsettled.push_back({delivery->tag, delivery->message.id});
      outcome.deliveries[stream].push_back({delivery->message.id, delivery->redelivered});
    } else if (auto* returned = std::get_if<AmqpReturn>(&*event)) {
      outcome.returned.push_back(returned->message.id);
    }
  }
}

MakeSide broker_runs(Connection& connection) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::string process =
      fmt::format("dse-conform-{}-{}", hex64(hash_text(host.data())).substr(0, 8), getpid());
  return [&connection, process, number = 0]() mutable {
    return std::make_unique<BrokerRun>(connection, fmt::format("{}-{}-", process, ++number));
  };
}

}  // namespace dse
