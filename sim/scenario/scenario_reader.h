// Reads a scenario file.
#pragma once

#include <string>
#include <vector>

#include "dse/tables.h"
#include "sim/scenario/scenario.h"

namespace dse {

// The scenario in `path`, with each of `settings` ("key=value", the value in TOML or a bare string) applied
// first, and read by the kinds and learners of `tables`. Throws InputError with file, line, column, key and
// what was expected.
Scenario read_scenario(const std::string& path, const Tables& tables,
                       const std::vector<std::string>& settings);

// The same in two steps, for a caller that changes the scenario in between: the text of the file with the
// settings applied, and a scenario from TOML text as if it were in the file `path`.
std::string scenario_text_with(const std::string& path, const std::vector<std::string>& settings);
Scenario parse_scenario(const std::string& text, const std::string& path, const Tables& tables);

}  // namespace dse
