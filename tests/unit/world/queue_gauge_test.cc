#include "sim/world/queue_gauge.h"

#include "support/catch.h"

using namespace dse;

namespace {

using Curve = std::vector<std::pair<TimeNs, double>>;

Curve curve_of(const QueueGauge& gauge, TimeNs now_ns, const std::string& metric) {
  Curve curve;
  for (const CurvePoint& point : gauge.curve(now_ns)) {
    if (point.metric == metric) curve.emplace_back(point.time_ns, point.value);
  }
  return curve;
}

}  // namespace

TEST_CASE("the mean depth is weighted by time, from the start of the run") {
  QueueGauge gauge(1'000);
  gauge.note(20, 3, 0);
  gauge.note(30, 1, 2);
  gauge.note(30, 5, 1);  // no time passed between the two
  gauge.note(40, 0, 0);
  CHECK(gauge.waited(40) == 3 * 10 + 5 * 10);
  CHECK(gauge.mean_depth(40) == 2);
  CHECK(gauge.mean_depth(80) == 1);
  CHECK(gauge.max_unacknowledged() == 2);
}

TEST_CASE("when no time has passed the mean is what waits now") {
  QueueGauge gauge(1'000);
  CHECK(gauge.mean_depth(0) == 0);
  gauge.note(0, 4, 1);
  CHECK(gauge.mean_depth(0) == 4);
}

TEST_CASE("the curves have a point for each interval, and leave out what stays as it was") {
  QueueGauge gauge(100);
  CHECK(gauge.curve(1'000).empty());
  gauge.note(50, 2, 3);
  gauge.note(150, 4, 1);
  gauge.note(1'000'050, 4, 7);
  CHECK(curve_of(gauge, 1'000'075, "mean_depth") ==
        Curve{{100, 1}, {200, 3}, {300, 4}, {1'000'000, 4}, {1'000'100, 4}});
  CHECK(curve_of(gauge, 1'000'075, "max_unacknowledged") ==
        Curve{{100, 3}, {200, 3}, {300, 1}, {1'000'000, 1}, {1'000'100, 7}});
  // The last interval counts up to now.
  gauge.note(1'000'050, 0, 0);
  CHECK(curve_of(gauge, 1'000'100, "mean_depth").back() == std::pair(TimeNs{1'000'200}, 0.0));
  CHECK(curve_of(gauge, 1'000'075, "mean_depth").back() == std::pair(TimeNs{1'000'100}, 4.0 * 50.0 / 75.0));
  CHECK(gauge.max_unacknowledged() == 7);
}

TEST_CASE("one idle interval has one point") {
  QueueGauge gauge(100);
  gauge.note(50, 2, 0);
  gauge.note(250, 0, 0);
  CHECK(curve_of(gauge, 260, "mean_depth") == Curve{{100, 1}, {200, 2}, {300, 100.0 / 60.0}});
}

TEST_CASE("a gauge goes to the end of time") {
  QueueGauge gauge(100);
  gauge.note(0, 10'000'000, 1);
  gauge.note(INT64_MAX, 0, 0);
  CHECK(gauge.mean_depth(INT64_MAX) == 10'000'000);
  CHECK(curve_of(gauge, INT64_MAX, "mean_depth").back().first == INT64_MAX);
}
