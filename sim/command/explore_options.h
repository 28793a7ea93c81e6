// What `dse explore` is told of seeds and settings.
#pragma once

#include <string>
#include <vector>

#include "sim/regression/explorer.h"

namespace dse {

// The seeds of "FIRST..LAST", or of one number. Throws InputError.
void read_seeds(const std::string& text, ExplorePlan& plan);

// Those of --vary KEY=VALUE,VALUE,... Throws InputError, also when a key or a value is given twice.
std::vector<Parameter> read_parameters(const std::vector<std::string>& texts);

}  // namespace dse
