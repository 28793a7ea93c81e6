// Which component writes what, what is bound to what, and which component streams what, read off a scenario
// without running it.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

// The exchanges whose messages can reach the queue of `resource`: its own, and those bound to it.
std::vector<std::string> exchanges_into(const Scenario& scenario, const std::string& resource);
// The components that write to one of these exchanges, in the scenario's order.
std::vector<const ComponentConfig*> writers_into(const Scenario& scenario, const std::string& resource);
// The components that stream the resource, in the scenario's order.
std::vector<const ComponentConfig*> readers_of(const Scenario& scenario, const std::string& resource);

// Probable mistakes: a component that reads what nothing writes, messages that go nowhere, a queue that fills
// and that nothing streams. One sentence each, naming the component or resource.
std::vector<std::string> topology_warnings(const Scenario& scenario);

// What a run without a real broker and without a capture leaves out, one sentence for each import.
std::vector<std::string> import_warnings(const Scenario& scenario);
// A binding for human readers: exchange, queue, key and headers, in one line.
std::string binding_text(const BindingSpec& binding);

// The topology for human readers, in several lines.
std::string topology_text(const Scenario& scenario);

}  // namespace dse
