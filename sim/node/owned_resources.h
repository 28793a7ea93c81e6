// What a run of a scenario's nodes has made on a broker: the queues and exchanges of the scenario that were
// not there before it.
#pragma once

#include <string>
#include <vector>

#include "amqp/connection.h"
#include "sim/scenario/scenario.h"

namespace dse {

class OwnedResources {
 public:
  // Before any node has started: asks the broker what is there already. Throws BrokerError.
  OwnedResources(const Scenario& scenario, Connection& connection);

  // After all of them have ended: deletes what belongs to the run, but for queues that hold messages or are
  // read by others, and exchanges that others are bound to. Throws BrokerError.
  void remove(Connection& connection) const;

 private:
  std::vector<std::string> queues_;
  std::vector<std::string> exchanges_;  // those of header bindings first: they are bound to others
};

}  // namespace dse
