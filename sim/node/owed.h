// Counts how many of the messages that a node has written are owed to each queue of the scenario, by its
// bindings. `Nodes` compares that with what the readers received.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dse/message.h"
#include "sim/scenario/scenario.h"

namespace dse {

class Owed {
 public:
  // `scenario` must outlive this object.
  explicit Owed(const Scenario& scenario) : scenario_(scenario) {}

  // A binding that the component has made while running.
  void note_bind(const BindingSpec& binding);
  void note_write(const std::string& exchange, const Message& message);
  // The counts by queue, for queues that a component of the scenario reads.
  const std::map<std::string, std::uint64_t>& by_queue() const { return by_queue_; }

 private:
  const Scenario& scenario_;
  std::vector<BindingSpec> bound_;
  std::map<std::string, std::uint64_t> by_queue_;
};

}  // namespace dse
