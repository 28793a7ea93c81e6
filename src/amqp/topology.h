// What a resource and a binding are on a broker:
//
//   resource X       a durable topic exchange X, and a durable queue X bound to it with `#`
//   binding A -> B   queue B bound to exchange A by the topic pattern; with headers, to a durable
//                    headers exchange "A|<pattern>", which is bound to A by the pattern
//
// All of it may be asserted again and in any order.
#pragma once

#include <string>

#include "amqp/connection.h"
#include "dse/binding.h"

namespace dse {

void assert_exchange(Connection& connection, ChannelNumber channel, const std::string& resource);
// The exchange as well. Returns what the broker says of the queue.
QueueInfo assert_queue(Connection& connection, ChannelNumber channel, const std::string& resource);
// Both exchanges and the queue as well.
void assert_binding(Connection& connection, ChannelNumber channel, const BindingSpec& binding);

// The headers exchange of such a binding. A name that AMQP would not carry (more than 255 bytes) is
// shortened, with a hash in place of what it loses.
std::string headers_exchange(const BindingSpec& binding);

}  // namespace dse
