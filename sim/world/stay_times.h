// How long messages stay with one component, in terms of queueing theory: the *wait* of a message
// lasts from its writing until its handler began, in the queue and in the inbox; its *sojourn*
// lasts until it was settled, when the handler and its service were over. Both are measured when a
// message is settled, over the same messages, so that a sojourn is a wait plus a service. Uses
// integers only, and allocates nothing per message.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dse/app.h"
#include "dse/time.h"
#include "sim/world/latency_histogram.h"

namespace dse {

// The stay of one message; the times are in ascending order.
struct Stay {
  TimeNs written_ns = 0;
  TimeNs begun_ns = 0;
  TimeNs settled_ns = 0;
};

class StayTimes {
 public:
  // A curve has one point for each interval of `every_ns` in which a message was settled, at the
  // interval's end.
  explicit StayTimes(TimeNs every_ns) : every_ns_(every_ns) {}

  // Adds a message; messages are added in the order in which they were settled.
  void add(const Stay& stay) {
    if (stay.settled_ns >= interval_end_ns_) begin_interval(stay.settled_ns);
    interval_.wait.add(stay.begun_ns - stay.written_ns);
    interval_.sojourn.add(stay.settled_ns - stay.written_ns);
  }

  // "<prefix>wait_p50_ns", "_p99_ns", "_p999_ns" and the same for sojourn, over all messages; empty
  // without messages.
  std::vector<Metric> metrics(std::string_view prefix) const;
  // The times of all messages.
  struct Times {
    LatencyHistogram wait;
    LatencyHistogram sojourn;
  };
  Times times() const;
  // The metrics over the messages of each interval, including the last one.
  std::vector<CurvePoint> curve(std::string_view prefix) const;

 private:
  static constexpr std::size_t kFigures = 6;
  struct Point {
    TimeNs time_ns = 0;
    std::array<TimeNs, kFigures> figures{};
  };

  static std::array<TimeNs, kFigures> figures_of(const Times& times);
  void begin_interval(TimeNs time_ns);

  // The intervals before the current one.
  struct Before {
    Times times;
    std::vector<Point> points;
  };

  TimeNs interval_end_ns_ = 0;  // the current interval ends here; the first one is empty
  Times interval_;
  TimeNs every_ns_;
  std::unique_ptr<Before> before_;  // null while nothing was settled in them
};

// The end of the interval that contains `time_ns`; intervals begin at multiples of `every_ns`.
// INT64_MAX for an interval that would end later than that.
TimeNs interval_end(TimeNs time_ns, TimeNs every_ns);

}  // namespace dse
