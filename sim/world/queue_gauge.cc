#include "sim/world/queue_gauge.h"

#include <utility>

#include "sim/world/stay_times.h"

namespace dse {
namespace {

double mean_over(QueueGauge::MessageTime waited, TimeNs duration_ns) {
  return static_cast<double>(waited) / static_cast<double>(duration_ns);
}

}  // namespace

QueueGauge::MessageTime QueueGauge::waited(TimeNs now_ns) const {
  return waited_ + static_cast<MessageTime>(depth_) * static_cast<MessageTime>(now_ns - since_ns_);
}

double QueueGauge::mean_depth(TimeNs now_ns) const {
  return now_ns == 0 ? static_cast<double>(depth_) : mean_over(waited(now_ns), now_ns);
}

// Measures the current interval up to now.
QueueGauge::Point QueueGauge::point_of(TimeNs now_ns) const {
  const TimeNs duration_ns = now_ns - interval_begin_ns_;
  return {.time_ns = interval_end_ns_,
          .mean_depth = duration_ns == 0 ? static_cast<double>(depth_)
                                         : mean_over(waited(now_ns) - waited_before_, duration_ns),
          .max_unacknowledged = interval_max_};
}

void QueueGauge::begin_interval(TimeNs begin_ns) {
  integrate_to(begin_ns);
  interval_begin_ns_ = begin_ns;
  interval_end_ns_ = interval_end(begin_ns, every_ns_);
  waited_before_ = waited_;
  max_before_ = std::max(max_before_, interval_max_);
  interval_max_ = unacknowledged_;
}

void QueueGauge::close_interval() {
  points_.push_back(point_of(interval_end_ns_));
  begin_interval(interval_end_ns_);
}

void QueueGauge::pass_to(TimeNs now_ns) {
  if (interval_end_ns_ == INT64_MAX) return;  // it has no end
  if (interval_end_ns_ == 0) interval_end_ns_ = interval_end(0, every_ns_);
  if (now_ns >= interval_end_ns_) close_interval();
  if (now_ns < interval_end_ns_) return;
  close_interval();  // nothing has changed in it
  const TimeNs last_begin_ns = now_ns - now_ns % every_ns_;
  if (interval_begin_ns_ == last_begin_ns) return;
  begin_interval(last_begin_ns - every_ns_);
  close_interval();
}

std::vector<CurvePoint> QueueGauge::curve(TimeNs now_ns) const {
  if (interval_end_ns_ == 0) return {};  // nobody has used the queue
  QueueGauge whole = *this;
  whole.pass_to(now_ns);
  std::vector<Point> points = std::move(whole.points_);
  points.push_back(whole.point_of(now_ns));
  std::vector<CurvePoint> curve;
  for (const Point& point : points) {
    curve.push_back({point.time_ns, "max_unacknowledged", static_cast<double>(point.max_unacknowledged)});
    curve.push_back({point.time_ns, "mean_depth", point.mean_depth});
  }
  return curve;
}

}  // namespace dse
