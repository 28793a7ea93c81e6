// Errors of a real broker or of the connection to it. Exit status 3, like every RunError.
#pragma once

#include "dse/error.h"

namespace dse {

// The text names the broker, without a password, and says what to do.
class BrokerError : public RunError {
 public:
  using RunError::RunError;
};

// The connection was lost or could not be made; a later attempt may succeed.
class ConnectionLost : public BrokerError {
 public:
  using BrokerError::BrokerError;
};

// What the broker sent cannot be decoded: nothing more can be read on the connection.
class UndecodableData : public BrokerError {
 public:
  using BrokerError::BrokerError;
};

// The broker refused an operation and closed the channel (AMQP 0-9-1, section 4.8.3); the
// connection stays open.
class ChannelClosed : public BrokerError {
 public:
  ChannelClosed(const std::string& text, int code) : BrokerError(text), code_(code) {}

  // The AMQP reply code: 403 access refused, 404 not found, 405 resource locked, 406 precondition
  // failed ...
  int code() const { return code_; }

 private:
  int code_;
};

}  // namespace dse
