// Queues, exchanges and policies that come again under one name. RabbitMQ exports none, and imports them
// without a word: of queues and exchanges it takes one, which may be any of them, and of policies the last.
#pragma once

#include <string>
#include <vector>

#include "sim/definitions/definitions.h"

namespace dse {

// What is there more than once in this virtual host, and which counts in a scenario; one line each.
std::vector<std::string> repetition_notes(const Definitions& definitions, const std::string& vhost);

// The policies of one virtual host without those that a later one of their name replaces.
std::vector<PolicyDefinition> without_replaced(std::vector<PolicyDefinition> policies);

}  // namespace dse
