// A broker in this process for AMQP clients, on a free port of loopback: a world without components, and a
// listener in front of it. It has a user who may do everything, and those that it is given; all have one
// password, which nobody else knows.
//
// A thread of its own runs it from construction to destruction, in step with the real clock.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "access/permissions.h"
#include "amqp/broker_address.h"

namespace dse {

class EmbeddedBroker {
 public:
  // `users` are by name. Throws RunError when it cannot listen.
  explicit EmbeddedBroker(std::map<std::string, Permissions> users = {});
  // Ends every connection.
  ~EmbeddedBroker();
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  // Where clients find it, and how the user who may do everything logs in.
  const BrokerAddress& address() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace dse
