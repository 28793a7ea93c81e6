// A clock that stands still until a test moves it. Any thread may wait by it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <span>

#include "amqp/clock.h"
#include "amqp/notifier.h"

class ManualClock : public dse::Clock {
 public:
  TimePoint now() const override;
  void wait(std::span<pollfd> descriptors, TimePoint until) const override;

  // Moves the clock forward by this much, and wakes every waiter whose time has come.
  void advance(std::chrono::nanoseconds time);
  // Returns once this many threads wait until exactly this long from now; so a test knows that a
  // pause has begun, and how long it is. Throws when that takes too long.
  void await_pause(std::chrono::nanoseconds time, std::size_t threads = 1) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable began_;
  TimePoint now_{std::chrono::hours(1)};
  mutable std::multimap<TimePoint, const dse::Notifier*> waiting_;
};
