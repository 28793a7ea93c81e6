// Reads the headers of a binding.
#pragma once

#include <string>

#include "dse/headers.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Reads boolean, integer, floating-point or string values by name; `key` is the table's own. Throws
// InputError, also for what no broker can carry or match.
Headers read_headers(const toml::table& table, const std::string& key);

}  // namespace dse
