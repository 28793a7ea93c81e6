#include "amqp/topology.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>

#include "amqp/broker_error.h"

namespace dse {
namespace {

// A headers exchange ignores names that begin with "x-" unless it is told otherwise, which RabbitMQ
// supports from 3.10 on; so this is used only where it matters.
std::string match_argument(const BindingSpec& binding) {
  const std::string match = binding.match == HeaderMatch::kAll ? "all" : "any";
  const bool names_x = std::any_of(binding.headers.begin(), binding.headers.end(),
                                   [](const Headers::Entry& entry) { return entry.first.starts_with("x-"); });
  return names_x ? match + "-with-x" : match;
}

// Asks on a channel of its own, which a refusal closes.
bool is_there(Connection& connection, const std::function<void(ChannelNumber channel)>& ask) {
  constexpr int kNotFound = 404;
  const ChannelNumber channel = connection.open_channel();
  try {
    ask(channel);
  } catch (const ChannelClosed& closed) {
    return closed.code() != kNotFound;
  }
  connection.close_channel(channel);
  return true;
}

}  // namespace

void assert_exchange(Connection& connection, ChannelNumber channel, const std::string& name,
                     const ExchangeOptions& options) {
  connection.declare_exchange(
      channel, name, {.type = std::string(name_of(options.type)), .arguments = arguments_of(options)});
}

QueueInfo assert_queue_alone(Connection& connection, ChannelNumber channel, const std::string& name,
                             const QueueOptions& options) {
  return connection.declare_queue(channel, name,
                                  {.exclusive = options.exclusive,
                                   .auto_delete = options.auto_delete,
                                   .arguments = arguments_of(options)});
}

bool has_exchange(Connection& connection, const std::string& name) {
  return is_there(connection, [&](ChannelNumber channel) {
    connection.declare_exchange(channel, name, {.passive = true});
  });
}

bool has_queue(Connection& connection, const std::string& name) {
  return is_there(connection,
                  [&](ChannelNumber channel) { connection.declare_queue(channel, name, {.passive = true}); });
}

BrokerBinding broker_binding(const BindingSpec& binding, ExchangeType from) {
  BrokerBinding result{.last = {.source = binding.from, .destination = binding.to, .key = binding.key}};
  if (has_headers_exchange(binding, from)) {
    result.last.source = headers_exchange(binding);
    result.last.key.clear();
    result.to_headers_exchange = {
        .source = binding.from, .destination = result.last.source, .key = binding.key};
  }
  if (from == ExchangeType::kHeaders || !binding.headers.empty()) {
    result.last.arguments = binding.headers;
    result.last.arguments.set("x-match", match_argument(binding));
  }
  return result;
}

void bind_on_broker(Connection& connection, ChannelNumber channel, const BindingSpec& binding,
                    ExchangeType from) {
  const BrokerBinding there = broker_binding(binding, from);
  if (there.to_headers_exchange) {
    connection.declare_exchange(channel, there.last.source, {.type = "headers"});
    connection.bind_exchange(channel, *there.to_headers_exchange);
  }
  if (binding.target == BindingTarget::kExchange) {
    connection.bind_exchange(channel, there.last);
  } else {
    connection.bind_queue(channel, there.last);
  }
}

}  // namespace dse
