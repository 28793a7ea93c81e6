// Ctrl-C: the first one asks the run to end and save what there is, the second one kills the process.
#pragma once

#include <atomic>

namespace dse {

// Installs the handler for SIGINT and SIGTERM; the flag becomes true at the first signal.
const std::atomic<bool>& watch_for_interrupt();

}  // namespace dse
