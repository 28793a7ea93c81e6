// How fast virtual time passes beside the real one, and whether it passes at all. One thread runs the world
// and waits here; any other may pause, step and change the speed. None of it changes what happens, only when.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "dse/time.h"

namespace dse {

class VirtualPace {
 public:
  // `speed` is virtual seconds a second; 0: as fast as possible. Time begins to pass with the first wait.
  explicit VirtualPace(double speed) : speed_(speed) {}

  // Returns when it is time for `virtual_ns`, or once `interrupted` is true. Calls `meanwhile` from time to
  // time, also while it waits. One thread calls this; mostly it is time, and then that costs nothing.
  void wait_for(TimeNs virtual_ns, const std::atomic<bool>& interrupted,
                const std::function<void()>& meanwhile) {
    constexpr unsigned kInARowMax = 256;
    if (virtual_ns <= due_ns_ && orders_ == seen_orders_ && ++in_a_row_ < kInARowMax) return;
    in_a_row_ = 0;
    wait(virtual_ns, interrupted, meanwhile);
  }
  // The virtual time that it is now; INT64_MAX when it goes as fast as possible, and not paused.
  TimeNs now_ns();
  // Notes that virtual time has come this far, for a thread that does not call wait_for().
  void note(TimeNs reached_ns);
  // Whether a step was asked for and not yet made.
  bool take_step();
  // The real time at which it is time for `virtual_ns`; far away while it is paused.
  std::chrono::steady_clock::time_point due(TimeNs virtual_ns);

  void pause();
  void go_on();
  // Goes on to the next virtual time at which something happens, and pauses there.
  void step();
  // Keeps the present virtual time.
  void set_speed(double speed);

  struct State {
    double speed = 0;
    bool paused = false;
  };
  State state() const;

 private:
  using Clock = std::chrono::steady_clock;

  void wait(TimeNs virtual_ns, const std::atomic<bool>& interrupted, const std::function<void()>& meanwhile);
  TimeNs now_ns(Clock::time_point real) const;
  // Counts from here on, with the present virtual time.
  void begin_again(Clock::time_point real);

  // Those of the thread that waits: up to here it is time, unless there are new orders.
  TimeNs due_ns_ = -1;
  std::uint64_t seen_orders_ = 0;
  unsigned in_a_row_ = 0;

  std::atomic<std::uint64_t> orders_ = 0;  // pauses, steps and changes of speed
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  double speed_;
  bool paused_ = false;
  bool begun_ = false;
  bool step_ = false;
  Clock::time_point since_;  // from then on,
  TimeNs from_ns_ = 0;       // beginning with this virtual time, it passes at this speed
  TimeNs reached_ns_ = 0;    // the last virtual time that it was time for
};

}  // namespace dse
