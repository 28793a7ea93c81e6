#include "unit/amqp/manual_clock.h"

#include <fmt/format.h>
#include <poll.h>

#include <string>
#include <vector>

#include "unit/amqp/peer_error.h"

ManualClock::TimePoint ManualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void ManualClock::wait(std::span<pollfd> descriptors, TimePoint until) const {
  const dse::Notifier wake(*this);
  std::vector<pollfd> all(descriptors.begin(), descriptors.end());
  all.push_back({wake.descriptor(), POLLIN, 0});
  std::unique_lock lock(mutex_);
  const bool is_due = now_ >= until;
  const auto waiting = waiting_.emplace(until, &wake);
  began_.notify_all();
  lock.unlock();
  poll(all.data(), all.size(), is_due ? 0 : -1);
  lock.lock();
  waiting_.erase(waiting);
  for (std::size_t i = 0; i < descriptors.size(); ++i) descriptors[i].revents = all[i].revents;
}

void ManualClock::advance(std::chrono::nanoseconds time) {
  const std::lock_guard lock(mutex_);
  now_ += time;
  for (auto waiting = waiting_.begin(); waiting != waiting_.upper_bound(now_); ++waiting)
    waiting->second->notify();
}

void ManualClock::await_pause(std::chrono::nanoseconds time, std::size_t threads) const {
  std::unique_lock lock(mutex_);
  const bool began =
      began_.wait_for(lock, kLongestWait, [&] { return waiting_.count(now_ + time) >= threads; });
  if (began) return;
  std::string text = fmt::format("nobody waits for {} ns, but", time.count());
  for (const auto& [until, wake] : waiting_) text += fmt::format(" {} ns", (until - now_).count());
  throw PeerError(text);
}
