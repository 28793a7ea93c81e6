// Opens a connection: TCP or TLS, the AMQP handshake, and what its errors mean to people. Of connection.cc
// alone.
#pragma once

#include <amqp.h>
#include <sys/time.h>

#include <chrono>
#include <memory>
#include <string>

#include "amqp/connection.h"

namespace dse {

timeval to_timeval(std::chrono::milliseconds time);

struct AmqpStateCloser {
  void operator()(amqp_connection_state_t state) const;
};
using AmqpState = std::unique_ptr<amqp_connection_state_t_, AmqpStateCloser>;

// As the constructor of Connection.
AmqpState log_in(const ConnectionOptions& options);

// What a status of rabbitmq-c means for a connection to `broker`.
[[noreturn]] void throw_lost(const std::string& broker, int status);
// The broker closed the connection, with this reply.
[[noreturn]] void throw_closed(const std::string& broker, int code, const std::string& text);
// "; what to do" for a reply of the broker, or "".
std::string advice_for(int code, const std::string& text);

}  // namespace dse
