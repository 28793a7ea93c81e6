// How long something takes: always the same time, or a time that is drawn anew each time. Drawn in integers,
// so that every machine draws the same.
#pragma once

#include <string>

#include "dse/random.h"
#include "dse/time.h"

namespace dse {

struct DrawnTime {
  enum class Shape { kConstant, kUniform, kExponential };
  // The longest mean of an exponential distribution: a year, so that no draw overflows.
  static constexpr TimeNs kMeanMaxNs = 365LL * 86'400 * kNanosecondsPerSecond;

  Shape shape = Shape::kConstant;
  TimeNs time_ns = 0;  // the time; of kUniform the shortest, of kExponential the mean
  TimeNs most_ns = 0;  // the longest of kUniform, included

  static DrawnTime constant(TimeNs time_ns) { return {.time_ns = time_ns}; }
  static DrawnTime uniform(TimeNs least_ns, TimeNs most_ns) {
    return {.shape = Shape::kUniform, .time_ns = least_ns, .most_ns = most_ns};
  }
  static DrawnTime exponential(TimeNs mean_ns) { return {.shape = Shape::kExponential, .time_ns = mean_ns}; }

  bool is_constant() const { return shape == Shape::kConstant; }
  // Returns the next time; a constant draws nothing.
  TimeNs draw(RandomStream& random) const;
  TimeNs mean_ns() const;
  // Why it is no distribution, for human readers: "is negative ..."; "" if it is one.
  std::string mistake() const;

  bool operator==(const DrawnTime&) const = default;
};

// "50us", "uniform from 1ms to 9ms", "exponential, 5ms on average".
std::string drawn_time_text(const DrawnTime& drawn);

}  // namespace dse
