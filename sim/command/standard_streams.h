// Standard input, output and error, as the commands use them.
#pragma once

namespace dse {

// Must be called first. Opens those of the three that are closed, so that no file of a run gets their
// numbers; standard output still refuses what is written to it, as if it were closed. From here on, growing a
// file past its limit (ulimit -f) makes the write fail and does not end the process.
void prepare_streams();

// Whether a line can be overwritten: on a terminal that is not "dumb".
bool is_terminal(int descriptor);
// When colours are used. kAuto: on such a terminal, unless the environment has NO_COLOR (no-color.org).
enum class ColourChoice { kAuto, kAlways, kNever };
bool wants_colour(int descriptor, ColourChoice choice);

}  // namespace dse
