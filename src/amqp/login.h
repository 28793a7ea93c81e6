// Opens a connection: the AMQP handshake over a stream opened by a Transport, and error texts for
// human readers. Only connection.cc and transport.cc use it.
#pragma once

#include <amqp.h>
#include <sys/time.h>

#include <chrono>
#include <memory>
#include <string>

#include "amqp/connection.h"

namespace dse {

timeval to_timeval(std::chrono::milliseconds time);

// Ends a connection. The broker is told, and its answer awaited, only when that makes sense: never
// after rabbitmq-c has failed to read, because it would continue where it stopped and write beyond
// its buffers.
struct AmqpStateCloser {
  bool says_goodbye = false;
  void operator()(amqp_connection_state_t state) const;
};
using AmqpState = std::unique_ptr<amqp_connection_state_t_, AmqpStateCloser>;

// Does what the constructor of Connection does, and throws what it throws.
AmqpState log_in(const ConnectionOptions& options);

// The broker has closed the connection, and waits for our close-ok.
void agree_to_close(amqp_connection_state_t state);

// These throw the error that a status of rabbitmq-c stands for: while a connection to `broker` is
// being made, and on an existing one. A status that says nothing about the connection is not a
// ConnectionLost.
[[noreturn]] void throw_not_connected(const std::string& broker, int status);
[[noreturn]] void throw_broken(const std::string& broker, int status);
// Throws the error for a connection that the broker closed with this reply.
[[noreturn]] void throw_closed(const std::string& broker, int code, const std::string& text);
// The method that a broker's reply refers to (AMQP 0-9-1, section 1.5.2.5); 0 and 0 if none.
struct AmqpMethod {
  int class_id = 0;
  int method_id = 0;
};
// "; what to do" for a reply of the broker, or "".
std::string advice_for(int code, const AmqpMethod& method, const std::string& text);

}  // namespace dse
