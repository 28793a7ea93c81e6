// The command line of dse, for a program with kinds and learners of its own.
#pragma once

#include "dse/tables.h"

namespace dse {

// Reads the command line, runs the command, and turns errors into messages and an exit status, which it
// returns: 0 all well, 1 an expectation or a verification failed, 2 the command line, a scenario or data is
// wrong, 3 something failed while running, 130 interrupted. Every command knows what is in `tables`; `dse
// nodes` starts this same program. Called once, from main.
int run_command_line(int argc, char** argv, const Tables& tables);

}  // namespace dse
