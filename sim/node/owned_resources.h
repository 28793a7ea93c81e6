// What a run of a scenario's nodes has made on a real broker: the queues and exchanges of the
// scenario that did not exist before the run.
#pragma once

#include <set>
#include <string>

#include "amqp/connection.h"
#include "sim/scenario/scenario.h"

namespace dse {

class OwnedResources {
 public:
  // Called before any node starts: asks the broker what already exists. Throws BrokerError.
  OwnedResources(const Scenario& scenario, Connection& connection);

  // Called after all nodes have ended: deletes what belongs to the run, except queues that hold messages or
  // have other readers, and exchanges to which something is still bound. Throws BrokerError.
  void remove(Connection& connection) const;

 private:
  std::set<std::string> queues_;
  std::set<std::string> exchanges_;
};

}  // namespace dse
