// A clock: what time it is, and how to wait. Everything in this folder that depends on time uses a
// clock that it is given, so a test moves the time itself and never waits for it.
//
// rabbitmq-c has its own clock, for handshakes, answers and heartbeats. Any thread.
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
  // Returns when one of the descriptors is readable or has an error, which its `revents` then says;
  // or at `until`, or spuriously earlier, with every `revents` 0.
  virtual void wait(std::span<pollfd> descriptors, TimePoint until) const = 0;
};

// The system's clock.
class RealClock : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void wait(std::span<pollfd> descriptors, TimePoint until) const override;
};

}  // namespace dse
