// Reads the [[gateway.export]] and [[gateway.import]] tables of a scenario.
#pragma once

#include "sim/scenario/key_values.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Adds the exports, then the imports, to the components of `scenario`, which holds everything else that has a
// name, and binds the queue of each export. `gateway` is the table [gateway]. Throws InputError.
void read_gateway(const toml::table& gateway, const ReadingPlace& reading, Scenario& scenario);

}  // namespace dse
