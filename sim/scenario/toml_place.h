// Where a node of a TOML file is, for errors about it.
#pragma once

#include <string>
#include <string_view>

#include "dse/error.h"
#include "sim/scenario/toml_types.h"

namespace dse {

InputPlace place_of(const toml::node& node, std::string key);

// "expected <expected>, found a string", at the node.
InputError wrong_type(const toml::node& node, std::string key, std::string_view expected);

}  // namespace dse
