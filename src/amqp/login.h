// Opens a connection: the AMQP handshake over what a Transport opens, and what its errors mean to
// people. Only connection.cc and transport.cc use it.
#pragma once

#include <amqp.h>
#include <sys/time.h>

#include <chrono>
#include <memory>
#include <string>

#include "amqp/connection.h"

namespace dse {

timeval to_timeval(std::chrono::milliseconds time);

// Ends a connection. The broker is told, and its answer waited for, only when there is sense in it:
// never after the library has failed to read, because it would go on where it was and write beyond
// its buffers.
struct AmqpStateCloser {
  bool says_goodbye = false;
  void operator()(amqp_connection_state_t state) const;
};
using AmqpState = std::unique_ptr<amqp_connection_state_t_, AmqpStateCloser>;

// Does what the constructor of Connection does, and throws what it throws.
AmqpState log_in(const ConnectionOptions& options);

// The broker has closed the connection, and waits to hear that we know.
void agree_to_close(amqp_connection_state_t state);

// What a status of rabbitmq-c means while a connection to `broker` is made, and on one that was
// made: a status that says nothing of the connection is no ConnectionLost.
[[noreturn]] void throw_not_connected(const std::string& broker, int status);
[[noreturn]] void throw_broken(const std::string& broker, int status);
// The broker closed the connection, with this reply.
[[noreturn]] void throw_closed(const std::string& broker, int code, const std::string& text);
// The method that a reply of the broker is about (AMQP 0-9-1, section 1.5.2.5); 0 and 0 when it is
// about none.
struct AmqpMethod {
  int class_id = 0;
  int method_id = 0;
};
// "; what to do" for a reply of the broker, or "".
std::string advice_for(int code, const AmqpMethod& method, const std::string& text);

}  // namespace dse
