// Counts how many of the messages that a node has written are owed to each queue of the scenario: those that
// the broker of the process would put there. `Nodes` compares that with what the readers received.
//
// Only a message's own way is counted. What a broker writes by itself, dead letters, is owed to nobody.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "broker/broker.h"
#include "dse/message.h"
#include "sim/scenario/scenario.h"

namespace dse {

class Owed {
 public:
  struct Count {
    std::uint64_t owed = 0;
    // How many of them may leave the queue otherwise than to a reader: they may expire, or the queue's
    // options let it drop them or go with them.
    std::uint64_t may_leave = 0;
  };

  // `scenario` must outlive this object.
  explicit Owed(const Scenario& scenario);

  // A binding that the component has made while running.
  void note_bind(const BindingSpec& binding) { broker_.bind(binding, 0); }
  struct Written {
    const std::string& exchange;
    const Message& message;
    bool once = false;  // when a queue does not accept it, it is not published again
  };
  void note_write(const Written& written);
  // The counts by queue, for queues that a component of the scenario reads.
  const std::map<std::string, Count>& by_queue() const { return by_queue_; }

 private:
  bool may_leave(const std::string& queue, const Written& written) const;

  const Scenario& scenario_;
  Broker broker_;  // without any message: it only says where each would go
  std::map<std::string, Count> by_queue_;
};

}  // namespace dse
