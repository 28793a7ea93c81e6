#include "sim/regression/spread.h"

#include <cmath>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Trials of one metric: point, seed, ordering, value.
Exploration exploration(
    const std::vector<std::tuple<std::size_t, std::uint64_t, std::uint64_t, double>>& rows) {
  Exploration result;
  result.metrics = {"m"};
  for (const auto& [point, seed, ordering, value] : rows) {
    result.trials.push_back({point, seed, ordering});
    result.values.push_back({value});
  }
  return result;
}

}  // namespace

TEST_CASE("quartiles of a few values, by hand") {
  const std::vector<double> one = {7};
  for (const int quarter : {0, 1, 2, 3, 4}) CHECK(quartile(one, quarter) == 7);
  CHECK(quartile({1, 2}, 1) == 1.25);
  CHECK(quartile({1, 2}, 2) == 1.5);
  CHECK(quartile({1, 2, 3, 4}, 1) == 1.75);
  CHECK(quartile({1, 2, 3, 4}, 3) == 3.25);
  CHECK(quartile({1, 2, 3, 4, 10}, 1) == 2);
  CHECK(quartile({1, 2, 3, 4, 10}, 2) == 3);
  CHECK(quartile({1, 2, 3, 4, 10}, 3) == 4);
  CHECK(quartile({1, 2, 3, 4, 10}, 4) == 10);
}

TEST_CASE("quartiles are those of definition 7") {
  RandomStream random(1, "spread", "values");
  for (std::size_t count = 1; count <= 60; ++count) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(random.uniform() * 1000 - 500);
    std::sort(values.begin(), values.end());
    for (const int quarter : {1, 2, 3}) {
      const double h = static_cast<double>(count - 1) * quarter / 4;
      const double below = values[static_cast<std::size_t>(std::floor(h))];
      const double above = values[static_cast<std::size_t>(std::ceil(h))];
      CHECK(quartile(values, quarter) == Approx(below + (h - std::floor(h)) * (above - below)));
    }
  }
}

TEST_CASE("a spread is of one point, over the runs that have the metric") {
  const std::vector<Spread> all = spreads(exploration(
      {{0, 1, 0, 4}, {0, 2, 0, 1}, {0, 3, 0, kNone}, {0, 4, 0, 3}, {1, 1, 0, kNone}, {2, 1, 0, 5}}));
  REQUIRE(all.size() == 2);
  CHECK(all[0].point == 0);
  CHECK(all[0].metric == "m");
  CHECK(all[0].runs == 3);
  CHECK(all[0].min == 1);
  CHECK(all[0].lower_quartile == 2);
  CHECK(all[0].median == 3);
  CHECK(all[0].upper_quartile == 3.5);
  CHECK(all[0].max == 4);
  CHECK_FALSE(all[0].depends_on_ordering);
  CHECK(all[1].point == 2);
  CHECK(all[1].runs == 1);
  CHECK(spreads(Exploration()).empty());
}

TEST_CASE("a metric depends on the ordering when runs that differ in nothing else differ in it") {
  const auto depends = [](const Exploration& result) { return spreads(result)[0].depends_on_ordering; };
  CHECK(depends(exploration({{0, 1, 0, 1}, {0, 1, 1, 2}})));
  CHECK(depends(exploration({{0, 1, 0, 1}, {0, 1, 1, 1}, {0, 2, 0, 3}, {0, 2, 1, 3}, {0, 2, 2, 4}})));
  CHECK_FALSE(depends(exploration({{0, 1, 0, 1}, {0, 1, 1, 1}, {0, 2, 0, 2}, {0, 2, 1, 2}})));
  CHECK(depends(exploration({{0, 1, 0, 1}, {0, 1, 1, kNone}})));
  CHECK_FALSE(depends(exploration({{0, 1, 0, kNone}, {0, 1, 1, kNone}, {0, 2, 0, 1}})));
  // One point of the grid may depend on the ordering while another does not.
  const std::vector<Spread> two =
      spreads(exploration({{0, 1, 0, 1}, {0, 1, 1, 1}, {1, 1, 0, 1}, {1, 1, 1, 2}}));
  CHECK_FALSE(two[0].depends_on_ordering);
  CHECK(two[1].depends_on_ordering);
}
