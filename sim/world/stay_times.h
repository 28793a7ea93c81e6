// How long messages stay with one component, as queueing theory has it: the *wait* of a message is
// from when it was written until its handler began, in the queue and in the inbox; its *sojourn*
// until it was settled, when the handler and its service were over. Both are taken when a message
// is settled, over the same messages, so that a sojourn is a wait and a service. Integers only; no
// allocation a message.
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

// The stay of one message; times in this order.
struct Stay {
  TimeNs written_ns = 0;
  TimeNs begun_ns = 0;
  TimeNs settled_ns = 0;
};

class StayTimes {
 public:
  // The curves have one point for each interval of `every_ns` in which a message was settled, at
  // its end.
  explicit StayTimes(TimeNs every_ns) : every_ns_(every_ns) {}

  // Messages come in the order in which they are settled.
  void add(const Stay& stay) {
    if (stay.settled_ns >= interval_end_ns_) begin_interval(stay.settled_ns);
    interval_.wait.add(stay.begun_ns - stay.written_ns);
    interval_.sojourn.add(stay.settled_ns - stay.written_ns);
  }

  // "<prefix>wait_p50_ns", "_p99_ns", "_p999_ns" and the same of sojourn, over all messages; none
  // without messages.
  std::vector<Metric> metrics(std::string_view prefix) const;
  // The same over the messages of each interval, the last one included.
  std::vector<CurvePoint> curve(std::string_view prefix) const;

 private:
  struct Times {
    LatencyHistogram wait;
    LatencyHistogram sojourn;
  };
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

  TimeNs interval_end_ns_ = 0;  // of the current interval; no time lies in the first one
  Times interval_;
  TimeNs every_ns_;
  std::unique_ptr<Before> before_;  // none as long as nothing was settled in them
};

// The end of the interval that holds `time_ns`; intervals begin at the multiples of `every_ns`. The
// end of time for those that would end after it.
TimeNs interval_end(TimeNs time_ns, TimeNs every_ns);

}  // namespace dse
