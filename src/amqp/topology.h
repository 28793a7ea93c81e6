// How resources and bindings are represented on a real broker:
//
//   resource X       a durable topic exchange X, and a durable queue X bound to it with `#`
//   binding A -> B   queue B bound to exchange A by the topic pattern; with headers, to a durable
//                    headers exchange "A|<pattern>", which is bound to A by the pattern
//
// Everything may be asserted repeatedly and in any order.
#pragma once

#include <string>

#include "amqp/connection.h"
#include "dse/binding.h"

namespace dse {

void assert_exchange(Connection& connection, ChannelNumber channel, const std::string& resource);
// Also asserts the exchange. Returns what the broker says about the queue.
QueueInfo assert_queue(Connection& connection, ChannelNumber channel, const std::string& resource);
// Also asserts both exchanges and the queue.
void assert_binding(Connection& connection, ChannelNumber channel, const BindingSpec& binding);

// The name of the headers exchange of such a binding. A name too long for AMQP (more than 255
// bytes) is shortened, and ends with a hash instead of what was cut.
std::string headers_exchange(const BindingSpec& binding);

}  // namespace dse
