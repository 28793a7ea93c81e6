#include "sim/world/latency_histogram.h"

#include <algorithm>
#include <vector>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

// Returns the least of the sorted values that is not below `permille` thousandths of them.
TimeNs exact_quantile(const std::vector<TimeNs>& sorted, std::uint64_t permille) {
  for (std::size_t rank = 1; rank <= sorted.size(); ++rank) {
    if (rank * 1000 >= permille * sorted.size()) return sorted[rank - 1];
  }
  return sorted.back();
}

}  // namespace

TEST_CASE("a quantile is exact but for less than a 128th, and never below") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "histogram", "values");
    LatencyHistogram histogram;
    std::vector<TimeNs> values;
    const std::uint64_t count = 1 + random.below(2'000);
    const std::uint64_t narrowest = 1 + random.below(60);
    for (std::uint64_t number = 0; number < count; ++number) {
      values.push_back(static_cast<TimeNs>(random.next_u64() >> (narrowest + random.below(64 - narrowest))));
      histogram.add(values.back());
    }
    std::sort(values.begin(), values.end());
    REQUIRE(histogram.count() == count);
    for (std::uint64_t permille : std::initializer_list<std::uint64_t>{0, 1, 250, 500, 900, 990, 999, 1000}) {
      CAPTURE(permille);
      const TimeNs exact = exact_quantile(values, permille);
      const TimeNs found = histogram.quantile(permille).value();
      REQUIRE(found >= exact);
      REQUIRE(found - exact <= exact / 128);
    }
  }
}

TEST_CASE("small durations are exact") {
  for (TimeNs value = 0; value < 256; ++value) {
    LatencyHistogram histogram;
    histogram.add(value);
    CHECK(histogram.quantile(500) == value);
  }
}

TEST_CASE("the histogram takes any duration") {
  LatencyHistogram histogram;
  CHECK_FALSE(histogram.quantile(500).has_value());
  histogram.add(-5);
  CHECK(histogram.quantile(1000) == 0);
  histogram.add(INT64_MAX);
  CHECK(histogram.quantile(1000) == INT64_MAX);
  CHECK(histogram.quantile(500) == 0);
}
