// Ctrl-C: the first one asks the run to end and save what it has.
#pragma once

#include <atomic>

namespace dse {

// Installs the handler for SIGINT and SIGTERM; the flag becomes true at the first signal. The second one
// kills the process.
const std::atomic<bool>& watch_for_interrupt();

// For a run that waits for something outside when it ends: the second signal asks it to stop
// waiting, the third one kills the process.
struct Interrupts {
  const std::atomic<bool>& first;
  const std::atomic<bool>& second;
};
Interrupts watch_for_two_interrupts();

}  // namespace dse
