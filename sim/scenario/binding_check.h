// What a binding may hold.
#pragma once

#include <string>

#include "dse/binding.h"
#include "dse/error.h"
#include "dse/headers.h"

namespace dse {

// These throw InputError for what AMQP cannot carry, what client libraries cannot read, and what no broker
// matches.
void check_header_name(const std::string& name, const InputPlace& place);
// A name in a table that is the value of a header.
void check_nested_name(const std::string& name, const InputPlace& place);
void check_header_value(const HeaderValue& value, const InputPlace& place);
void check_headers_size(const Headers& headers, const InputPlace& place);
// The key must have at most 255 bytes, and no control characters, which would break a line of a log.
void check_routing_key(const std::string& key, const InputPlace& place);
// Checks all of these, and the names.
void check_binding(const BindingSpec& binding, const InputPlace& place);

}  // namespace dse
