// How resources and bindings are represented on a real broker:
//
//   resource X       a durable topic exchange X, and a durable queue X bound to it with `#`
//   binding A -> B   queue B bound to exchange A by the topic pattern; with headers, to a durable
//                    headers exchange "A|<pattern>", which is bound to A by the pattern
//
// An exchange of another type is a durable exchange of that type, and no queue is bound to it; a headers
// exchange compares header values itself. Options are the arguments that RabbitMQ has for them.
//
// Everything may be asserted repeatedly and in any order, always with the same options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "amqp/connection.h"
#include "dse/binding.h"
#include "dse/exchange_options.h"
#include "dse/queue_options.h"
#include "message/declared_arguments.h"
#include "message/headers_exchange.h"

namespace dse {

void assert_exchange(Connection& connection, ChannelNumber channel, const std::string& name,
                     const ExchangeOptions& options = {});
// The queue alone. Returns what the broker says about it.
QueueInfo assert_queue_alone(Connection& connection, ChannelNumber channel, const std::string& name,
                             const QueueOptions& options);
// Binds what is there already. `from` is the type of the exchange that is bound from.
void bind_on_broker(Connection& connection, ChannelNumber channel, const BindingSpec& binding,
                    ExchangeType from);

// Whether the broker has an exchange, or a queue, of this name. A queue that is locked (405) is there.
bool has_exchange(Connection& connection, const std::string& name);
bool has_queue(Connection& connection, const std::string& name);

// What a binding is on the broker.
struct BrokerBinding {
  std::optional<AmqpRoute> to_headers_exchange = {};  // if it needs one, the way there by the key
  AmqpRoute last = {};                                // to its queue, or exchange
};
BrokerBinding broker_binding(const BindingSpec& binding, ExchangeType from);

}  // namespace dse
