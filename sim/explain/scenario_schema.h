// A JSON Schema of scenario files, for editors of TOML.
#pragma once

#include <string>

#include "dse/tables.h"

namespace dse {

// Draft 7 (json-schema.org/draft-07), with what Taplo shows beside it (`x-taplo`, taplo.tamasfe.dev). Made
// from the tables with which scenarios are read, those of `tables` included; what a key means is from the
// page of the format. It accepts each scenario that dse reads; of what names, files and times say together it
// knows nothing. docs/scenario.schema.json is that of the built-in tables; a test keeps the two equal.
std::string scenario_schema(const Tables& tables);

}  // namespace dse
