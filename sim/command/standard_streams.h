// Standard input, output and error, as the commands use them.
#pragma once

namespace dse {

// To be called first. Opens those of the three that are closed, so that no file of a run gets their numbers:
// standard output still refuses what is written to it, as if it were closed. A file that grows past its limit
// (ulimit -f) is an error of the write from here on, and ends no process.
void prepare_streams();

// Whether a line can be written over there: a terminal that is not "dumb".
bool is_terminal(int descriptor);
// Whether colours are wanted there: on such a terminal, unless the environment has NO_COLOR (no-color.org).
bool wants_colour(int descriptor);

}  // namespace dse
