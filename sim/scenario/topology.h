// Which component writes what, what is bound to what, and which component streams what, read off a scenario
// without running it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

// The exchanges whose messages can reach the queue of `resource`: its own, those bound to it, those from
// which others lead there, and those whose messages come there when another queue gives them up.
std::vector<std::string> exchanges_into(const Scenario& scenario, const std::string& resource);
// The queues that dead letters, or an alternate exchange, lead into.
std::set<std::string> queues_led_into(const Scenario& scenario);
// The queues that exist from the start: those, and those whose table gives them options or is for clients,
// unless somebody has to use such a queue for it to exist (exclusive, auto_delete).
std::set<std::string> queues_from_the_start(const Scenario& scenario);
// The queues that exist at some time: those, and those that something is bound to, or that a component or
// clients stream.
std::set<std::string> queues_of(const Scenario& scenario);
// Whether the resource's table says that clients of a listener use it.
bool is_for_clients(const Scenario& scenario, const std::string& resource);
// The exchanges that some component writes, or that are for clients.
std::set<std::string> exchanges_written(const Scenario& scenario);
// The alternate exchange of this one, if it has one.
std::optional<std::string> alternate_of(const Scenario& scenario, const std::string& exchange);
// Whether some queue's dead letters go to the default exchange.
bool uses_default_exchange(const Scenario& scenario);
// The components that write to one of these exchanges, in the scenario's order.
std::vector<const ComponentConfig*> writers_into(const Scenario& scenario, const std::string& resource);
// The components that stream the resource, in the scenario's order.
std::vector<const ComponentConfig*> readers_of(const Scenario& scenario, const std::string& resource);

// A binding for human readers: exchange, queue, key and headers, in one line.
std::string binding_text(const BindingSpec& binding);
// What a message must have for it: "key #", with the headers if it asks for any.
std::string conditions_text(const BindingSpec& binding);

// The topology for human readers: a tree for each exchange, from who writes it over its bindings and their
// queues to who streams them, and the components; in lines of 80 columns, unless a name or a pattern is
// longer.
std::string topology_text(const Scenario& scenario);

}  // namespace dse
