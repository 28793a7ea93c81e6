// The command line: reads it, runs the command, and turns errors into messages and an exit status. The only
// place where errors are caught.
#pragma once

#include "sim/world/world.h"

namespace dse {

// Returns the exit status. `make_app` gives programs that no kind has; none: only the kinds.
int run_command_line(int argc, char** argv, const MakeApp& make_app = {});

}  // namespace dse
