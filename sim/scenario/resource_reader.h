// Reads what a scenario says of its resources and exchanges: [resource.NAME] and [exchange.NAME].
#pragma once

#include <string>

#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"
#include "sim/scenario/topology_graph.h"

namespace dse {

// The longest timer of an Erlang process, which RabbitMQ's times to live are bound to.
inline constexpr TimeNs kLongestTimerNs = 4'294'967'295 * 1'000'000;

// Throw InputError for what is no such table, and for options that RabbitMQ refuses.
ResourceConfig read_resource(const std::string& name, const toml::table& node);
ExchangeOptions read_exchange(const std::string& name, const toml::table& node);

// Checks what the options of this resource mean beside the rest of the scenario, of which `graph` is.
void check_resource(const std::string& name, const toml::table& node, const Scenario& scenario,
                    const TopologyGraph& graph);

}  // namespace dse
