// The table with which a scenario names a program as the learner of a model:
// { program = ["python3", "forest.py"], options = { trees = 10 }, patience = "60s" }.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dse/external_program.h"

namespace dse {

// The table as JSON. Throws InputError for an unknown key or a wrong value.
struct ProgramTablePlace {
  const std::string& folder;  // the scenario's
  InputPlace place;           // where the table is
};
ExternalProgram read_program_table(const std::string& json, const ProgramTablePlace& where);

// The variables of a table `environment`, as JSON. Throws InputError, naming the key's place, for what cannot be
// one.
std::vector<std::pair<std::string, std::string>> read_environment(const std::string& json,
                                                                  const InputPlace& place);

}  // namespace dse
