// Reads what a scenario says of its resources and exchanges: [resource.NAME] and [exchange.NAME].
#pragma once

#include <set>
#include <string>

#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Throw InputError for what is no such table, and for options that RabbitMQ refuses.
ResourceConfig read_resource(const std::string& name, const toml::table& node);
ExchangeOptions read_exchange(const std::string& name, const toml::table& node);

// A table for a name that nothing else uses is probably a typing error: throws UnknownName.
void check_used(const std::string& name, const InputPlace& place, const std::set<std::string>& used);

// Checks what the options of this resource mean beside the rest of the scenario.
void check_resource(const std::string& name, const toml::table& node, const Scenario& scenario);

}  // namespace dse
