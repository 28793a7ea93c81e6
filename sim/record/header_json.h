// Headers as JSON in what a run leaves behind.
#pragma once

#include <string>

#include "dse/headers.h"

namespace dse {

// An object, as text. bool, int64, double and text are JSON's own values, so that SQL and others can compare
// them; a list is an array, and the other types are tagged as in docs/program-protocol.md.
std::string header_json(const Headers& headers);

}  // namespace dse
