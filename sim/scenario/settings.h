// --set KEY=VALUE: keys of a scenario set from the command line.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/toml_types.h"

namespace dse {

// Applies each "key=value" to `root`. A key is a path such as component.lenet.batch or expect.0.min; a value
// is TOML, or else a bare string. Throws InputError when a setting is not of that form or names a component
// or list element that the scenario does not have; the reader of the table checks whether the last parts of
// the key exist.
void apply_settings(toml::table& root, const std::vector<std::string>& settings);

}  // namespace dse
