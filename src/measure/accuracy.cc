#include "measure/accuracy.h"

#include "core/check.h"

namespace dse {
namespace {

double ratio(std::int64_t right, std::int64_t count) {
  return static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace

void Accuracy::add(TimeNs time_ns, bool right) {
  const TimeNs interval = time_ns / every_ns_;
  DSE_CHECK(interval >= interval_, "a prediction at {} ns comes after a later one", time_ns);
  if (interval != interval_) {
    if (interval_count_ > 0) points_.push_back(interval_point());
    interval_ = interval;
    interval_count_ = 0;
    interval_right_ = 0;
  }
  ++count_;
  ++interval_count_;
  if (right) {
    ++right_;
    ++interval_right_;
  }
}

std::optional<double> Accuracy::value() const {
  if (count_ == 0) return std::nullopt;
  return ratio(right_, count_);
}

std::vector<Accuracy::Point> Accuracy::curve() const {
  std::vector<Point> points = points_;
  if (interval_count_ > 0) points.push_back(interval_point());
  return points;
}

Accuracy::Point Accuracy::interval_point() const {
  return {add_time(interval_ * every_ns_, every_ns_), ratio(interval_right_, interval_count_)};
}

}  // namespace dse
