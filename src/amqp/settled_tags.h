// Up to which delivery tag everything on a channel is settled, and since when. Tags count from 1
// and are settled in any order; times do not decrease.
#pragma once

#include <cstdint>
#include <deque>
#include <set>

#include "amqp/clock.h"

namespace dse {

class SettledTags {
 public:
  // A broker has taken what was settled this long ago, as long as the connection works.
  static constexpr std::chrono::milliseconds kTakenIn{250};

  void add(std::uint64_t tag, Clock::TimePoint now) {
    const std::uint64_t before = up_to_;
    ahead_.insert(tag);
    while (!ahead_.empty() && *ahead_.begin() <= up_to_ + 1) {
      if (*ahead_.begin() == up_to_ + 1) ++up_to_;
      ahead_.erase(ahead_.begin());
    }
    if (up_to_ != before) recent_.push_back({.time = now, .up_to = up_to_});
    forget_what_is_taken_in(now);
  }
  // Returns the tag up to which the broker has taken every settlement; 0 when not even the first.
  std::uint64_t taken_in(Clock::TimePoint now) {
    forget_what_is_taken_in(now);
    return taken_in_;
  }

 private:
  struct Moment {
    Clock::TimePoint time;
    std::uint64_t up_to = 0;
  };

  void forget_what_is_taken_in(Clock::TimePoint now) {
    while (!recent_.empty() && recent_.front().time + kTakenIn <= now) {
      taken_in_ = recent_.front().up_to;
      recent_.pop_front();
    }
  }

  std::uint64_t up_to_ = 0;
  std::set<std::uint64_t> ahead_;  // settled although an earlier one is not
  std::uint64_t taken_in_ = 0;
  std::deque<Moment> recent_;
};

}  // namespace dse
