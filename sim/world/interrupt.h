// Ctrl-C: the first one asks the run to end and save what there is.
#pragma once

#include <atomic>

namespace dse {

// Installs the handler for SIGINT and SIGTERM; the flag becomes true at the first signal. The second one
// kills the process.
const std::atomic<bool>& watch_for_interrupt();

// A run may have something outside to wait for when it ends: the second signal asks it to wait no longer, the
// third one kills the process.
struct Interrupts {
  const std::atomic<bool>& first;
  const std::atomic<bool>& second;
};
Interrupts watch_for_two_interrupts();

}  // namespace dse
