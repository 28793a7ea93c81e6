// What the names and routing keys of a scenario may hold.
#pragma once

#include <string>
#include <string_view>

#include "dse/component.h"
#include "dse/error.h"
#include "sim/scenario/table_reader.h"

namespace dse {

// Throws InputError unless `name` is 1 to 200 letters, digits, - and _, and . where dots are allowed: names
// become parts of metric names, routing keys and file names.
void check_name(const std::string& name, const InputPlace& place, bool dots_allowed);
// Throws InputError unless a resource may have that name: dots are allowed, names that a real broker reserves
// are not.
// Whether a resource of a scenario may have this name.
bool is_resource_name_of_scenarios(const std::string& name);
void check_resource_name(const std::string& name, const InputPlace& place);
// Throws InputError unless a component may have that name: without dots, and not the name of a file that
// every run has.
void check_component_name(const std::string& name, const InputPlace& place);
// Throws InputError unless each port of the component is a valid name of a resource, or of an exchange or
// queue on a real broker.
void check_ports(const Component& component, const InputPlace& place);
// The routing key under `key`. Throws InputError when it is longer than AMQP allows, or would break a line of
// a log.
std::string routing_key(TableReader& table, std::string_view key);
// The pattern under the key `key`; "#", which matches every key, when it is not there.
std::string binding_key(TableReader& table);
// The name of an exchange or queue on a real broker under `key`: a short string of AMQP 0-9-1, in one line.
std::string name_on_broker(TableReader& table, std::string_view key);
// Whether `on_refused`, of a component that receives messages, says that the run ends when it refuses one.
bool ends_when_refusing(TableReader& table);
// The path of a file under `key`, as it is written.
std::string file_name(TableReader& table, std::string_view key);
// The name of a resource under `key`.
std::string resource_of(TableReader& table, std::string_view key);

}  // namespace dse
