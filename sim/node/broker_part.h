// The exchanges, queues and bindings of a scenario that must be on a real broker for one component, or for
// all.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "amqp/declarations.h"
#include "amqp/publisher.h"
#include "sim/scenario/scenario.h"

namespace dse {

struct BrokerPart {
  std::set<std::string> exchanges;
  std::set<std::string> queues;
  std::vector<BindingSpec> bindings;  // between those, in the scenario's order
};

// What messages that the component writes, and those that its queue gives up, can come to: over bindings,
// alternate exchanges and dead letters, however many; and what leads into the queue that it reads.
BrokerPart part_of(const Scenario& scenario, const ComponentConfig& component);
// Only what the component itself writes and streams, which is all that a component with a user declares: the
// rest must be there already.
BrokerPart own_part_of(const ComponentConfig& component);
// What the whole scenario names.
BrokerPart whole_of(const Scenario& scenario);

// What each name of the scenario is on a broker.
Declarations declarations_of(const Scenario& scenario);
// Asserts the part: first exchanges, then queues, then bindings.
SetUp assertions_of(BrokerPart part, Declarations declarations);

}  // namespace dse
