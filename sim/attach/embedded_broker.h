// A broker in this process for AMQP clients, on a free port of loopback: a world without components, and a
// listener in front of it. It has one user, who may do everything and whose password nobody else knows.
//
// A thread of its own runs it from construction to destruction, in step with the real clock.
#pragma once

#include <memory>

#include "amqp/broker_address.h"

namespace dse {

class EmbeddedBroker {
 public:
  // Throws RunError when it cannot listen.
  EmbeddedBroker();
  // Ends every connection.
  ~EmbeddedBroker();
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  // Where clients find it, and how they log in.
  const BrokerAddress& address() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace dse
