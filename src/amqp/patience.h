// How long to wait at the end for a broker to take in what is under way, as long as it takes in something.
#pragma once

#include <chrono>
#include <cstdint>

namespace dse {

class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  // At most `longest` in all; `standstill` without that anything moves.
  struct Limits {
    std::chrono::milliseconds longest;
    std::chrono::milliseconds standstill;
  };
  explicit Patience(Limits limits) : limits_(limits) {}

  // So much is under way now. Whether there is no sense in waiting any longer.
  bool is_over(std::uint64_t under_way) {
    const auto now = Clock::now();
    if (under_way != before_) moved_ = now;
    before_ = under_way;
    return now - began_ >= limits_.longest || now - moved_ >= limits_.standstill;
  }

 private:
  Limits limits_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point moved_ = began_;
  std::uint64_t before_ = 0;
};

}  // namespace dse
