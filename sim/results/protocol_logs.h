// What is exchanged with the programs of a run, one file of lines for each: NAME.log. They are
// written outside the run directory, line by line, so that they show how far a run came that failed.
#pragma once

#include <string>

#include "sim/world/component_maker.h"

namespace dse {

// Opens files in that folder, which is made; an empty function when `folder` is "". Throws RunError when
// the folder or a file cannot be written, as do the sinks. Each sink may be used by another thread.
OpenLines open_protocol_logs(const std::string& folder);

}  // namespace dse
