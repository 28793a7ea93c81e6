// What went otherwise than a test's script says.
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

// In real time: what has not come by then never comes. A loaded machine may take seconds.
inline constexpr std::chrono::seconds kLongestWait{30};

// Waits until it is so, looking whenever somebody notifies.
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
