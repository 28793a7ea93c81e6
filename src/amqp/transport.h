// Opens the byte stream to a real broker: the network, or in tests a scripted peer.
#pragma once

#include <chrono>

#include "amqp/broker_address.h"

struct amqp_connection_state_t_;  // defined by rabbitmq-c

namespace dse {

class Transport {
 public:
  virtual ~Transport() = default;
  // Gives `state`, which has none, an open non-blocking socket to the broker. Throws ConnectionLost
  // when the broker cannot be reached within `timeout`, BrokerError when its certificate does not
  // verify, and InputError when one of our files cannot be used. May be called by any thread, and
  // by several at a time.
  virtual void open(amqp_connection_state_t_* state, const BrokerAddress& address,
                    std::chrono::milliseconds timeout) const = 0;
};

// TCP, or TLS over TCP.
class NetworkTransport : public Transport {
 public:
  void open(amqp_connection_state_t_* state, const BrokerAddress& address,
            std::chrono::milliseconds timeout) const override;
};

}  // namespace dse
