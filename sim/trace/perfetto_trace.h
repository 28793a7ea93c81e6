// A trace as a file of Perfetto's: https://ui.perfetto.dev and its trace processor read it.
#pragma once

#include "sim/trace/run_trace.h"
#include "sim/trace/trace_output.h"

namespace dse {

// Writes one sequence of packets, in the order of time, with a clock that each packet moves on by what has
// passed since the one before. The same trace gives the same bytes. Throws as the output does.
void write_perfetto_trace(const RunTrace& trace, TraceOutput& output);

}  // namespace dse
