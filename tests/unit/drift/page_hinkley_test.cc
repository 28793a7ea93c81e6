#include "drift/page_hinkley.h"

#include <cmath>
#include <stdexcept>

#include "detectors.h"

using namespace dse;

TEST_CASE("Page-Hinkley finds a drift when the sum passes the threshold, and starts anew") {
  // Each of the later values adds its distance from the mean: 1 - 1/5, 1 - 2/6 and 1 - 3/7, less 0.125 each.
  PageHinkley detector({.min_instances = 1, .delta = 0.125, .threshold = 1.5, .alpha = 1});
  const std::vector<double> values = {0, 0, 0, 0, 1, 1, 1, 1, 1};
  CHECK(places(states(detector, values, 0, values.size()), DriftState::kDrift) == "6");
  // It begins anew with the next two values, which are equal.
  PageHinkley other({.min_instances = 1, .delta = 0.125, .threshold = 1.5, .alpha = 1});
  states(other, {1, 1}, 0, 2);
  CHECK(saved(detector) == saved(other));
}

TEST_CASE("Page-Hinkley finds no drift before it has had enough values") {
  PageHinkley detector({.threshold = 0.5, .alpha = 1});
  std::vector<double> values(10, 0.0);
  values.resize(40, 1.0);
  // As in River, enough are one less than min_instances.
  CHECK(places(states(detector, values, 0, 29), DriftState::kDrift) == "28");
}

TEST_CASE("Page-Hinkley notices that values increase, and not that they decrease") {
  std::vector<double> values(1'000, 0.0);
  values.resize(2'000, 1.0);
  PageHinkley detector;
  CHECK(places(states(detector, values, 0, 2'000), DriftState::kDrift) != "");
  detector.reset();
  for (double& value : values) value = -value;
  CHECK(places(states(detector, values, 0, 2'000), DriftState::kDrift).empty());
}

TEST_CASE("wrong options of Page-Hinkley are said") {
  CHECK(why_wrong(PageHinkleyOptions{}) == std::nullopt);
  CHECK(why_wrong(PageHinkleyOptions{.min_instances = 0}) == "min_instances is 0, expected 1 to 1000000000");
  CHECK(why_wrong(PageHinkleyOptions{.delta = -1}) == "delta is -1, expected a number from 0 to 1e+100");
  CHECK(why_wrong(PageHinkleyOptions{.threshold = 0}) == "threshold is 0, expected a number above 0");
  CHECK(why_wrong(PageHinkleyOptions{.threshold = std::nan("")}).has_value());
  CHECK(why_wrong(PageHinkleyOptions{.alpha = 0}) == "alpha is 0, expected a number above 0 and at most 1");
  CHECK(why_wrong(PageHinkleyOptions{.alpha = 1.5}).has_value());
  CHECK_THROWS_AS(PageHinkley({.alpha = 0}), std::invalid_argument);
}
