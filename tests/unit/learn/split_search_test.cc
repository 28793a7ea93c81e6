#include "learn/split_search.h"

#include <cmath>

#include "support/catch.h"

using namespace dse;

namespace {

FeatureGaussians observer_of(const std::vector<std::pair<double, double>>& rows) {
  FeatureGaussians result(2);
  for (const auto& [first, second] : rows) {
    const double row[4] = {first, second, 0, 0};
    result.add(row);
  }
  return result;
}

// Class 0 is below 4.5 in the first feature, class 2 above; class 1 was never seen. The second tells nothing.
std::vector<FeatureGaussians> observers() {
  std::vector<FeatureGaussians> result;
  result.push_back(observer_of({{0, 0}, {1, 11}, {2, 0}, {1, 11}}));
  result.emplace_back(2);
  result.push_back(observer_of({{9, 0}, {10, 11}, {11, 0}, {10, 11}}));
  return result;
}

double entropy(double a, double b) {
  const auto term = [](double share) { return share > 0 ? -share * std::log2(share) : 0; };
  return term(a / (a + b)) + term(b / (a + b));
}

}  // namespace

TEST_CASE("information gain as computed by hand") {
  // 8 and 8 examples: 6 and 2 on the left, 2 and 6 on the right. 1 bit before, 0.8113 after.
  CHECK(merit(SplitCriterion::kInformationGain, {8, 8}, {{6, 2}, {2, 6}}) ==
        Approx(0.18872187554).epsilon(1e-10));
  CHECK(merit(SplitCriterion::kInformationGain, {8, 8}, {{8, 0}, {0, 8}}) == Approx(1));
  CHECK(merit(SplitCriterion::kInformationGain, {8, 8}, {{4, 4}, {4, 4}}) == Approx(0).margin(1e-15));
  CHECK(merit(SplitCriterion::kInformationGain, {4, 4, 4, 4}, {{4, 4, 0, 0}, {0, 0, 4, 4}}) == Approx(1));
  // "Play tennis" by wind (Mitchell, "Machine Learning", 1997, 3.4.1.2): 9 and 5; weak 6 and 2, strong 3
  // and 3.
  CHECK(merit(SplitCriterion::kInformationGain, {9, 5}, {{6, 2}, {3, 3}}) == Approx(0.048).margin(0.0005));
  const double expected = entropy(9, 5) - 8.0 / 14 * entropy(6, 2) - 6.0 / 14 * entropy(3, 3);
  CHECK(merit(SplitCriterion::kInformationGain, {9, 5}, {{6, 2}, {3, 3}}) == Approx(expected).epsilon(1e-12));
}

TEST_CASE("the decrease of the Gini index as computed by hand") {
  // 1/2 before; 1 - 9/16 - 1/16 on either side.
  CHECK(merit(SplitCriterion::kGini, {8, 8}, {{6, 2}, {2, 6}}) == Approx(0.125));
  CHECK(merit(SplitCriterion::kGini, {8, 8}, {{8, 0}, {0, 8}}) == Approx(0.5));
  CHECK(merit(SplitCriterion::kGini, {3, 3, 3}, {{1, 1, 1}, {2, 2, 2}}) == Approx(0).margin(1e-15));
}

TEST_CASE("Hoeffding's bound by its formula") {
  // With two classes the range is 1 bit; VFDT's confidence, and the number of its first ties.
  CHECK(merit_range(SplitCriterion::kInformationGain, 2) == 1);
  CHECK(merit_range(SplitCriterion::kInformationGain, 1) == 1);
  CHECK(merit_range(SplitCriterion::kInformationGain, 8) == Approx(3).epsilon(1e-15));
  CHECK(merit_range(SplitCriterion::kGini, 8) == 1);
  CHECK(hoeffding_bound(1, 1e-7, 3223) > 0.05);
  CHECK(hoeffding_bound(1, 1e-7, 3224) < 0.05);
  CHECK(hoeffding_bound(3, 0.05, 100) == Approx(std::sqrt(9 * std::log(20) / 200)).epsilon(1e-14));
}

TEST_CASE("thresholds are equally spaced between the extremes of all classes") {
  const std::vector<FeatureGaussians> all = observers();
  CHECK(split_points(all, 0, 10) == std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(split_points(all, 0, 1) == std::vector<double>{5.5});
  CHECK(split_points(std::vector{observer_of({{3, 0}, {3, 1}})}, 0, 10).empty());
  CHECK(split_points(std::vector{FeatureGaussians(2)}, 0, 10).empty());
}

TEST_CASE("the best split of a feature is the first that separates best") {
  const std::vector<FeatureGaussians> all = observers();
  const std::optional<Split> first = best_split(all, 0, {});
  REQUIRE(first);
  CHECK(first->feature == 0);
  CHECK(first->threshold == 2);
  CHECK(first->merit == Approx(1));
  const Parts parts = parts_of(all, *first);
  CHECK(parts.left == ClassWeights{4, 0, 0});
  CHECK(parts.right == ClassWeights{0, 0, 4});
  const std::optional<Split> second = best_split(all, 1, {});
  REQUIRE(second);
  CHECK(second->merit == Approx(0).margin(1e-12));
}

TEST_CASE("a threshold that leaves too little on one side is no split") {
  std::vector<FeatureGaussians> all;
  all.push_back(observer_of({{0, 0}}));
  std::vector<std::pair<double, double>> many;
  for (int at = 0; at < 150; ++at) many.emplace_back(10 + at % 2, 0);
  all.push_back(observer_of(many));
  CHECK(best_split(all, 0, {.points = 1, .least_share = 0.006}));
  CHECK_FALSE(best_split(all, 0, {.points = 1, .least_share = 0.01}));
}
