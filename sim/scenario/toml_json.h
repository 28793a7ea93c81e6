// A value of a TOML file as JSON.
#pragma once

#include <string>

#include "sim/scenario/toml_types.h"

namespace dse {

// On one line. What JSON cannot express, a date, a time or an infinite number, is a text in it; bytes that
// are not UTF-8 are replaced.
std::string json_text(const toml::node& node);

}  // namespace dse
