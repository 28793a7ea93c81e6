// How full one queue was over virtual time: the time-weighted mean number of waiting messages, and
// the largest number of messages handed over and not settled. Uses integers, except for the
// quotients that are reported.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/prefetch.h"
#include "dse/app.h"
#include "dse/time.h"

namespace dse {

class QueueGauge {
 public:
  __extension__ using MessageTime = unsigned __int128;  // messages times nanoseconds

  // A curve has one point, at its end, for each interval of `every_ns` in which something changed,
  // and for the first and the last of each series of intervals in which nothing changed.
  explicit QueueGauge(TimeNs every_ns) : every_ns_(every_ns) {}

  // From now on `depth` messages wait and `unacknowledged` are unacknowledged. Times must not
  // decrease; among several notes at one time, the last counts for the mean, and all count for the
  // maximum.
  void note(TimeNs now_ns, std::size_t depth, std::size_t unacknowledged) {
    if (now_ns >= interval_end_ns_) pass_to(now_ns);
    if (depth != depth_) {
      integrate_to(now_ns);
      depth_ = depth;
    }
    unacknowledged_ = unacknowledged;
    interval_max_ = std::max(interval_max_, unacknowledged);
  }

  // Prefetches the memory that the next note needs.
  void fetch() const { prefetch_bytes<4 * sizeof(TimeNs)>(&depth_); }

  // The total time for which messages have waited in the queue.
  MessageTime waited(TimeNs now_ns) const;
  // The mean from the start of the run until now; the current depth if no time has passed.
  double mean_depth(TimeNs now_ns) const;
  std::size_t max_unacknowledged() const { return std::max(max_before_, interval_max_); }
  // max_unacknowledged and mean_depth of each interval, including the one that contains `now_ns`.
  std::vector<CurvePoint> curve(TimeNs now_ns) const;

 private:
  struct Point {
    TimeNs time_ns = 0;
    double mean_depth = 0;
    std::size_t max_unacknowledged = 0;
  };

  void integrate_to(TimeNs now_ns) {
    waited_ += static_cast<MessageTime>(depth_) * static_cast<MessageTime>(now_ns - since_ns_);
    since_ns_ = now_ns;
  }
  void pass_to(TimeNs now_ns);
  void close_interval();
  void begin_interval(TimeNs begin_ns);
  Point point_of(TimeNs now_ns) const;

  // Most notes need only the first four, which are stored together.
  std::size_t depth_ = 0;
  std::size_t unacknowledged_ = 0;
  // The current interval; the first note begins the first one, at the start of the run.
  TimeNs interval_end_ns_ = 0;
  std::size_t interval_max_ = 0;
  TimeNs interval_begin_ns_ = 0;
  TimeNs since_ns_ = 0;  // the time up to which waited_ is computed
  MessageTime waited_ = 0;
  MessageTime waited_before_ = 0;

  TimeNs every_ns_;
  std::size_t max_before_ = 0;
  std::vector<Point> points_;
};

}  // namespace dse
