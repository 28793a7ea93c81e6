// The mean of numbers that come one after the other, over all of them and, as a curve over virtual time, over
// those of each interval. Sums are of integers, so that every machine gives the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dse/metric.h"
#include "dse/time.h"

namespace dse {

class IntervalMean {
 public:
  explicit IntervalMean(TimeNs every_ns) : every_ns_(every_ns) {}

  // Times must not decrease.
  void add(TimeNs time_ns, std::uint64_t number);
  // Empty when there were no numbers.
  std::optional<double> overall() const { return all_.mean(); }
  // One point at the end of each interval in which there was a number.
  std::vector<CurvePoint> curve(const std::string& metric) const;

 private:
  struct Sum {
    TimeNs begin_ns = 0;
    std::uint64_t sum = 0;
    std::uint64_t count = 0;

    void add(std::uint64_t number) {
      sum += number;
      ++count;
    }
    std::optional<double> mean() const {
      if (count == 0) return std::nullopt;
      return static_cast<double>(sum) / static_cast<double>(count);
    }
  };

  TimeNs every_ns_;
  Sum all_;
  std::vector<Sum> intervals_;
};

}  // namespace dse
