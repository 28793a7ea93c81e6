#include "dse/drawn_time.h"

#include <fmt/format.h>

namespace dse {

TimeNs DrawnTime::draw(RandomStream& random) const {
  switch (shape) {
    case Shape::kConstant:
      break;
    case Shape::kUniform:
      return time_ns + static_cast<TimeNs>(random.below(static_cast<std::uint64_t>(most_ns - time_ns) + 1));
    case Shape::kExponential:
      return random.exponential_gap_ns({.count = 1, .period_ns = time_ns});
  }
  return time_ns;
}

TimeNs DrawnTime::mean_ns() const {
  return shape == Shape::kUniform ? time_ns + (most_ns - time_ns) / 2 : time_ns;
}

std::string DrawnTime::mistake() const {
  if (time_ns < 0) return "is negative: give 0 or more ns";
  if (shape == Shape::kUniform && most_ns < time_ns)
    return fmt::format("has a longest time of {} below its shortest of {}", format_duration(most_ns),
                       format_duration(time_ns));
  if (shape == Shape::kExponential && (time_ns == 0 || time_ns > kMeanMaxNs))
    return "has a mean out of range: expected more than nothing, and at most a year of 365 days";
  return "";
}

std::string drawn_time_text(const DrawnTime& drawn) {
  const std::string time = format_duration(drawn.time_ns);
  switch (drawn.shape) {
    case DrawnTime::Shape::kConstant:
      break;
    case DrawnTime::Shape::kUniform:
      return fmt::format("uniform from {} to {}", time, format_duration(drawn.most_ns));
    case DrawnTime::Shape::kExponential:
      return fmt::format("exponential, {} on average", time);
  }
  return time;
}

}  // namespace dse
