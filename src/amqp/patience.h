// How long to wait at the end for a broker to take what is on its way to it: longer while there is
// progress.
#pragma once

#include <chrono>
#include <cstdint>

#include "amqp/clock.h"

namespace dse {

class Patience {
 public:
  // Waits at most `longest` in total, and at most `standstill` without progress.
  struct Limits {
    std::chrono::milliseconds longest;
    std::chrono::milliseconds standstill;
  };
  // `clock` must outlive this.
  Patience(Limits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  // Notes how much is under way now, and returns whether to stop waiting.
  bool is_over(std::uint64_t under_way) {
    const Clock::TimePoint now = clock_.now();
    if (under_way != before_) moved_ = now;
    before_ = under_way;
    return now - began_ >= limits_.longest || now - moved_ >= limits_.standstill;
  }

 private:
  Limits limits_;
  const Clock& clock_;
  Clock::TimePoint began_ = clock_.now();
  Clock::TimePoint moved_ = began_;
  std::uint64_t before_ = 0;
};

}  // namespace dse
