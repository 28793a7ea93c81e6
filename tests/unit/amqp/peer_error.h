// Thrown when something differs from a test's script.
#pragma once

#include <poll.h>

#include <array>
#include <chrono>
#include <stdexcept>

#include "amqp/clock.h"
#include "amqp/notifier.h"

class PeerError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// In real time: what has not come by then will not come. A loaded machine may take seconds.
inline constexpr std::chrono::seconds kLongestWait{30};

// Waits until the condition holds, checking it after each notification.
template <typename Condition>
void await_change(const dse::Notifier& changed, Condition condition) {
  const dse::RealClock clock;
  const auto longest = clock.now() + kLongestWait;
  while (!condition()) {
    if (clock.now() >= longest) throw PeerError("waited in vain");
    std::array<pollfd, 1> waited = {pollfd{changed.descriptor(), POLLIN, 0}};
    clock.wait(waited, longest);
    changed.clear();
  }
}
