#include "sim/live/virtual_pace.h"

#include <algorithm>
#include <utility>

namespace dse {
namespace {

constexpr std::chrono::milliseconds kLookMax{20};  // then it looks whether it was interrupted

}  // namespace

void VirtualPace::wait(TimeNs virtual_ns, const std::atomic<bool>& interrupted,
                       const std::function<void()>& meanwhile) {
  meanwhile();
  std::unique_lock lock(mutex_);
  if (!std::exchange(begun_, true)) since_ = Clock::now();
  while (!interrupted) {
    const Clock::time_point real = Clock::now();
    const TimeNs now = now_ns(real);
    // A step is for what it is not yet time for.
    if (now >= virtual_ns || std::exchange(step_, false)) break;
    Clock::time_point until = real + kLookMax;
    if (!paused_) {
      constexpr double kLookMaxNs = 1e6 * static_cast<double>(kLookMax.count());
      const double left_ns = static_cast<double>(virtual_ns - now) / speed_;
      until = real + std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(left_ns, kLookMaxNs)));
    }
    changed_.wait_until(lock, until);
    lock.unlock();
    meanwhile();
    lock.lock();
  }
  reached_ns_ = std::max(reached_ns_, virtual_ns);
  seen_orders_ = orders_;
  due_ns_ = paused_ ? -1 : now_ns(Clock::now());
}

TimeNs VirtualPace::now_ns() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(begun_, true)) since_ = Clock::now();
  return now_ns(Clock::now());
}

TimeNs VirtualPace::now_ns(Clock::time_point real) const {
  if (paused_) return std::max(from_ns_, reached_ns_);
  if (speed_ <= 0) return INT64_MAX;
  const auto passed_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(real - since_).count();
  const double virtual_ns = static_cast<double>(from_ns_) + speed_ * static_cast<double>(passed_ns);
  constexpr double kTimeMax = 9.2e18;
  return static_cast<TimeNs>(std::min(virtual_ns, kTimeMax));
}

void VirtualPace::note(TimeNs reached_ns) {
  const std::lock_guard lock(mutex_);
  reached_ns_ = std::max(reached_ns_, reached_ns);
}

bool VirtualPace::take_step() {
  const std::lock_guard lock(mutex_);
  return std::exchange(step_, false);
}

VirtualPace::Clock::time_point VirtualPace::due(TimeNs virtual_ns) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point real = Clock::now();
  if (!std::exchange(begun_, true)) since_ = real;
  if (step_ || now_ns(real) >= virtual_ns) return real;
  constexpr double kFarAwayNs = 1e12;
  const double left_ns = paused_ ? kFarAwayNs : static_cast<double>(virtual_ns - now_ns(real)) / speed_;
  return real + std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(left_ns, kFarAwayNs)));
}

// Called with the lock held.
void VirtualPace::begin_again(Clock::time_point real) {
  if (begun_) from_ns_ = std::max(reached_ns_, paused_ || speed_ > 0 ? now_ns(real) : 0);
  since_ = real;
  ++orders_;
}

void VirtualPace::pause() {
  const std::lock_guard lock(mutex_);
  begin_again(Clock::now());
  paused_ = true;
}

void VirtualPace::go_on() {
  {
    const std::lock_guard lock(mutex_);
    begin_again(Clock::now());
    paused_ = false;
  }
  changed_.notify_all();
}

void VirtualPace::step() {
  {
    const std::lock_guard lock(mutex_);
    begin_again(Clock::now());
    paused_ = true;
    step_ = true;
  }
  changed_.notify_all();
}

void VirtualPace::set_speed(double speed) {
  {
    const std::lock_guard lock(mutex_);
    begin_again(Clock::now());
    speed_ = speed;
  }
  changed_.notify_all();
}

VirtualPace::State VirtualPace::state() const {
  const std::lock_guard lock(mutex_);
  return {.speed = speed_, .paused = paused_};
}

}  // namespace dse
