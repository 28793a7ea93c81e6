#include "sim/world/interrupt.h"

#include <signal.h>

namespace dse {
namespace {

std::atomic<bool> interrupt_came{false};
std::atomic<bool> second_interrupt_came{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_signal(int) { interrupt_came.store(true, std::memory_order_relaxed); }

void on_one_of_two_signals(int) {
  if (!interrupt_came.exchange(true, std::memory_order_relaxed)) return;
  second_interrupt_came.store(true, std::memory_order_relaxed);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
}

void install(void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

const std::atomic<bool>& watch_for_interrupt() {
  install(on_signal, static_cast<int>(SA_RESETHAND));
  return interrupt_came;
}

Interrupts watch_for_two_interrupts() {
  install(on_one_of_two_signals, 0);
  return {.first = interrupt_came, .second = second_interrupt_came};
}

}  // namespace dse
