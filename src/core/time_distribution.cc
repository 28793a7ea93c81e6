#include "dse/time_distribution.h"

#include <fmt/format.h>

namespace dse {

TimeNs TimeDistribution::draw(RandomStream& random) const {
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

TimeNs TimeDistribution::mean_ns() const {
  return shape == Shape::kUniform ? time_ns + (most_ns - time_ns) / 2 : time_ns;
}

std::string TimeDistribution::mistake() const {
  if (time_ns < 0) return "is negative: give 0 or more ns";
  if (shape == Shape::kUniform && most_ns < time_ns)
    return fmt::format("has a longest time of {} below its shortest of {}", format_duration(most_ns),
                       format_duration(time_ns));
  if (shape == Shape::kExponential && (time_ns == 0 || time_ns > kMeanMaxNs))
    return "has a mean out of range: expected more than nothing, and at most a year of 365 days";
  return "";
}

std::string distribution_text(const TimeDistribution& distribution) {
  const std::string time = format_duration(distribution.time_ns);
  switch (distribution.shape) {
    case TimeDistribution::Shape::kConstant:
      break;
    case TimeDistribution::Shape::kUniform:
      return fmt::format("uniform from {} to {}", time, format_duration(distribution.most_ns));
    case TimeDistribution::Shape::kExponential:
      return fmt::format("exponential, {} on average", time);
  }
  return time;
}

}  // namespace dse
