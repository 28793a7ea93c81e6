#include "sim/world/stay_times.h"

#include <map>

#include "support/catch.h"

using namespace dse;

namespace {

std::map<std::string, double> named(const std::vector<Metric>& metrics) {
  std::map<std::string, double> values;
  for (const Metric& metric : metrics) values[metric.name] = metric.value;
  return values;
}

}  // namespace

TEST_CASE("a wait ends when the handler begins, a sojourn when the message is settled") {
  StayTimes times(1'000);
  times.add({.written_ns = 10, .begun_ns = 25, .settled_ns = 40});
  const auto found = named(times.metrics(""));
  CHECK(found == std::map<std::string, double>{{"wait_p50_ns", 15},
                                               {"wait_p99_ns", 15},
                                               {"wait_p999_ns", 15},
                                               {"sojourn_p50_ns", 30},
                                               {"sojourn_p99_ns", 30},
                                               {"sojourn_p999_ns", 30}});
  CHECK(named(times.metrics("train_")).contains("train_sojourn_p999_ns"));
}

TEST_CASE("nothing settled, no figures") {
  CHECK(StayTimes(1'000).metrics("").empty());
  CHECK(StayTimes(1'000).curve("").empty());
}

TEST_CASE("quantiles are over all messages, those of the curves over what was settled within the interval") {
  StayTimes times(100);
  for (TimeNs at = 0; at < 100; ++at) times.add({.written_ns = at, .begun_ns = at, .settled_ns = at});
  for (TimeNs at = 300; at < 400; ++at) times.add({.written_ns = at - 200, .begun_ns = at, .settled_ns = at});
  const auto all = named(times.metrics(""));
  CHECK(all.at("sojourn_p50_ns") == 0);
  CHECK(all.at("sojourn_p99_ns") == 200);

  std::vector<std::pair<TimeNs, double>> medians;
  for (const CurvePoint& point : times.curve("infer_")) {
    if (point.metric == "infer_sojourn_p50_ns") medians.emplace_back(point.time_ns, point.value);
  }
  CHECK(medians == std::vector<std::pair<TimeNs, double>>{{100, 0}, {400, 200}});
  CHECK(times.curve("").size() == 2 * 6);
}

TEST_CASE("what was added to parts of a histogram is what was added to the whole") {
  LatencyHistogram whole;
  LatencyHistogram sum;
  for (int part = 0; part < 5; ++part) {
    LatencyHistogram one;
    one.add(INT64_MAX);
    one.clear();
    for (TimeNs value = part; value < 1'000'000; value = 3 * value + 1) {
      whole.add(value);
      one.add(value);
    }
    sum.add_all(one);
  }
  CHECK(sum.count() == whole.count());
  for (const std::uint64_t permille : {0U, 10U, 250U, 500U, 750U, 990U, 1000U})
    CHECK(sum.quantile(permille) == whole.quantile(permille));
}

TEST_CASE("the last interval ends with time itself") {
  CHECK(interval_end(0, 100) == 100);
  CHECK(interval_end(99, 100) == 100);
  CHECK(interval_end(100, 100) == 200);
  CHECK(interval_end(INT64_MAX, 100) == INT64_MAX);
  StayTimes times(100);
  times.add({.written_ns = 0, .begun_ns = INT64_MAX, .settled_ns = INT64_MAX});
  times.add({.written_ns = 0, .begun_ns = INT64_MAX, .settled_ns = INT64_MAX});
  CHECK(named(times.metrics("")).at("wait_p50_ns") == static_cast<double>(INT64_MAX));
}
