// What time it is, and how to wait: everything here that is due at some time asks a clock that is
// handed in. So a test moves time, and waits for none.
//
// The library beneath has a clock of its own, for its handshakes, answers and heartbeats. Any
// thread.
#pragma once

#include <poll.h>

#include <chrono>
#include <span>

namespace dse {

class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  // Never goes back.
  virtual TimePoint now() const = 0;
  // Returns when there is something to read or an error on one of the descriptors, which its
  // `revents` then says, or when it is `until`, or earlier for no reason; then all `revents` are 0.
  virtual void wait(std::span<pollfd> descriptors, TimePoint until) const = 0;
};

// The clock of the system.
class RealClock : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void wait(std::span<pollfd> descriptors, TimePoint until) const override;
};

}  // namespace dse
