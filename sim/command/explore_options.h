// The options of `dse explore` for seeds and settings.
#pragma once

#include <string>
#include <vector>

#include "sim/regression/explorer.h"

namespace dse {

// Reads the seeds from "FIRST..LAST", or from one number. Throws InputError.
void read_seeds(const std::string& text, ExplorePlan& plan);

// Reads the parameters from --vary KEY=VALUE,VALUE,... Throws InputError, also when a key or a value is given
// twice.
std::vector<Parameter> read_parameters(const std::vector<std::string>& texts);

}  // namespace dse
