// The environment of a program: made by us, so that an honest program does the same everywhere.
#pragma once

#include <string>
#include <vector>

#include "dse/external_program.h"

namespace dse {

// NAME=VALUE: PATH and HOME as they are here, what dse sets (docs/programs.md lists it), and what the command
// adds. Its PYTHONPATH goes before the folder of the Python package.
std::vector<std::string> program_environment(const ExternalProgram& command);

// The folder of the Python package `dse` that belongs to this program; "" when it is not found.
std::string python_folder();

}  // namespace dse
