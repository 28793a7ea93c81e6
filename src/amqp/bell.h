// Wakes a thread that waits for one of several things. Any thread rings, one waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace dse {

class Bell {
 public:
  using Clock = std::chrono::steady_clock;

  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    heard_.notify_one();
  }
  // Returns when it has been rung since the last return, or at that time.
  void wait_until(Clock::time_point time) {
    std::unique_lock lock(mutex_);
    heard_.wait_until(lock, time, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  bool rung_ = false;
};

}  // namespace dse
