// Accuracy of a series of predictions: over all of it, and as a curve over virtual time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dse/time.h"

namespace dse {

class Accuracy {
 public:
  struct Point {
    TimeNs time_ns = 0;  // the end of the interval
    double value = 0;    // right predictions divided by all predictions of the interval, in [0, 1]
  };

  // The curve has one point for each interval of `every_ns` in which something was predicted.
  explicit Accuracy(TimeNs every_ns) : every_ns_(every_ns) {}

  // Times must not decrease.
  void add(TimeNs time_ns, bool right);

  std::int64_t count() const { return count_; }
  std::int64_t right() const { return right_; }
  // Right predictions divided by all; empty when there are none.
  std::optional<double> value() const;
  // All points, the last interval included.
  std::vector<Point> curve() const;

 private:
  Point interval_point() const;

  TimeNs every_ns_;
  std::int64_t count_ = 0;
  std::int64_t right_ = 0;
  TimeNs interval_ = -1;  // number of the current interval
  std::int64_t interval_count_ = 0;
  std::int64_t interval_right_ = 0;
  std::vector<Point> points_;
};

}  // namespace dse
