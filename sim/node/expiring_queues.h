// The queues of a scenario from which messages go on by themselves: what expires there is dead-lettered.
// While one of them holds such a message, nodes that are all idle may have work again.
#pragma once

#include <string>
#include <vector>

#include "amqp/connection.h"
#include "sim/scenario/scenario.h"

namespace dse {

class ExpiringQueues {
 public:
  ExpiringQueues(const Scenario& scenario, ConnectionOptions connection);

  // Whether the scenario has none.
  bool empty() const { return always_.empty() && sometimes_.empty(); }
  // How long a message may take through all of them that have a time to live, one after the other.
  TimeNs longest_ns() const { return longest_ns_; }
  // Asks the broker whether one of them holds a message that will expire: any message, if the queue has a
  // time to live, and otherwise any while `some_expire` says that there are messages with an expiration of
  // their own. True also when the broker does not say.
  bool hold_some(bool some_expire) const;

 private:
  ConnectionOptions connection_;
  TimeNs longest_ns_ = 0;
  std::vector<std::string> always_;     // they have a time to live
  std::vector<std::string> sometimes_;  // the others with a dead-letter exchange
};

}  // namespace dse
