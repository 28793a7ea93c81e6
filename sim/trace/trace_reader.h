// Makes a trace from a run directory.
#pragma once

#include <filesystem>

#include "sim/trace/run_trace.h"

namespace dse {

// Reads the record of events, the curves of accuracy, the refusals and the drifts of a run. Throws InputError
// when the folder is no run directory, when its run has no record or was on a real broker, and when a file of
// it is damaged, of another version or of another run.
RunTrace read_trace(const std::filesystem::path& run);

}  // namespace dse
