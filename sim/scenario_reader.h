// Reads a scenario file.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario.h"

namespace dse {

// The scenario in `path`, with each of `settings` ("key=value", the value in TOML or a bare string) put in
// first. Throws InputError with file, line, column, key and what was expected.
Scenario read_scenario(const std::string& path, const std::vector<std::string>& settings);

}  // namespace dse
