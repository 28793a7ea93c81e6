#include "measure/interval_mean.h"

namespace dse {

void IntervalMean::add(TimeNs time_ns, std::uint64_t number) {
  all_.add(number);
  const TimeNs begin_ns = time_ns - time_ns % every_ns_;
  if (intervals_.empty() || intervals_.back().begin_ns != begin_ns)
    intervals_.push_back({.begin_ns = begin_ns});
  intervals_.back().add(number);
}

std::vector<CurvePoint> IntervalMean::curve(const std::string& metric) const {
  std::vector<CurvePoint> points;
  points.reserve(intervals_.size());
  for (const Sum& interval : intervals_)
    points.push_back({add_time(interval.begin_ns, every_ns_), metric, *interval.mean()});
  return points;
}

}  // namespace dse
