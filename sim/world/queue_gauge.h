// How full one queue was over virtual time: the time-weighted mean of the messages that waited in
// it, and the most that were handed over and not settled. Integers only, but for the quotients that
// are shown.
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
  __extension__ using MessageTime = unsigned __int128;  // messages by nanoseconds

  // The curves have a point, at its end, for each interval of `every_ns` in which something
  // changed, and for the first and the last of those in between in which nothing did.
  explicit QueueGauge(TimeNs every_ns) : every_ns_(every_ns) {}

  // From now on so many messages wait, and so many are unacknowledged. Times must not decrease; of
  // several notes at one time the last one counts for the mean, and every one for the most.
  void note(TimeNs now_ns, std::size_t depth, std::size_t unacknowledged) {
    if (now_ns >= interval_end_ns_) pass_to(now_ns);
    if (depth != depth_) {
      integrate_to(now_ns);
      depth_ = depth;
    }
    unacknowledged_ = unacknowledged;
    interval_max_ = std::max(interval_max_, unacknowledged);
  }

  // Asks for the memory that the next note needs.
  void fetch() const { prefetch_bytes<4 * sizeof(TimeNs)>(&depth_); }

  // The sum of the times that messages have waited in the queue.
  MessageTime waited(TimeNs now_ns) const;
  // From the start of the run until now; what waits now when no time has passed.
  double mean_depth(TimeNs now_ns) const;
  std::size_t max_unacknowledged() const { return std::max(max_before_, interval_max_); }
  // max_unacknowledged and mean_depth of each interval, the one that `now_ns` lies in included.
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

  // The first four are all that most notes need, and stand together.
  std::size_t depth_ = 0;
  std::size_t unacknowledged_ = 0;
  // The current interval; the first note begins the first one, at the start of the run.
  TimeNs interval_end_ns_ = 0;
  std::size_t interval_max_ = 0;
  TimeNs interval_begin_ns_ = 0;
  TimeNs since_ns_ = 0;  // when waited_ was brought up to date
  MessageTime waited_ = 0;
  MessageTime waited_before_ = 0;

  TimeNs every_ns_;
  std::size_t max_before_ = 0;
  std::vector<Point> points_;
};

}  // namespace dse
