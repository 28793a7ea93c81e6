// Reads the headers of a binding.
#pragma once

#include <string>

#include "dse/headers.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Reads values by name: a boolean, an integer, a number, a string, a list, or an inline table with one key
// that names another type of AMQP, such as { int16 = 5 }. `key` is the table's own. Throws InputError, also
// for what no broker can carry or match.
Headers read_headers(const toml::table& table, const std::string& key);

}  // namespace dse
