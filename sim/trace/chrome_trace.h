// A trace as JSON in the Trace Event Format, which chrome://tracing and Perfetto read.
#pragma once

#include "sim/trace/run_trace.h"
#include "sim/trace/trace_output.h"

namespace dse {

// Writes one event a line. Times are in microseconds, with three digits behind the point: nanoseconds. Throws
// as the output does.
void write_chrome_trace(const RunTrace& trace, TraceOutput& output);

}  // namespace dse
