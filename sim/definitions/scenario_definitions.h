// The definitions that make a RabbitMQ ready for a scenario: the exchanges, queues and bindings that
// amqp/topology.h declares there.
#pragma once

#include <string>
#include <vector>

#include "sim/definitions/definitions.h"
#include "sim/scenario/scenario.h"

namespace dse {

struct ScenarioDefinitions {
  Definitions definitions = {};  // in name order; bindings in the scenario's
  // What the scenario has that definitions cannot say, by name and with the reason; one sentence each.
  std::vector<std::string> notes = {};
};

// Those of the virtual host.
ScenarioDefinitions definitions_of(const Scenario& scenario, const std::string& vhost);

// The definitions as JSON that RabbitMQ imports.
std::string definitions_text(const Definitions& definitions);

}  // namespace dse
