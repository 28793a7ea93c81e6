#include "drift/ddm.h"

#include <cmath>
#include <stdexcept>

#include "detectors.h"

using namespace dse;

namespace {

// Every n-th value from the first on is an error.
std::vector<double> every(std::size_t n, std::size_t count) {
  std::vector<double> values(count, 0.0);
  for (std::size_t at = 0; at < count; at += n) values[at] = 1;
  return values;
}

}  // namespace

TEST_CASE("DDM warns, then finds a drift, then starts anew with the next value") {
  Ddm ddm;
  states(ddm, every(10, 1'000), 0, 1'000);
  const std::vector<DriftState> found = states(ddm, std::vector<double>(100, 1.0), 0, 100);
  // The least p + s is 0.1 + 0.0095 at 1000 values. The levels are 0.1190 and 0.1285. After 11 errors more
  // p + s is 0.1196, and after 21 0.1286.
  CHECK(places(found, DriftState::kWarning) == "10-19");
  CHECK(places(found, DriftState::kDrift) == "20");
}

TEST_CASE("after its drift DDM is silent for as long as at first") {
  std::vector<double> values(29, 0.0);
  values.push_back(1);  // a drift; then 20 values without errors, and only errors
  values.resize(50, 0.0);
  values.resize(70, 1.0);
  Ddm ddm;
  const std::vector<DriftState> found = states(ddm, values, 0, values.size());
  // The least p + s is that of the 29th value after the drift: 9 / 29 + 0.0859. 14 / 34 + 0.0844 is above the
  // first level, 0.4821, and 20 / 40 + 0.0791 is above the second, 0.5680.
  CHECK(places(found, DriftState::kDrift) == "29 69");
  CHECK(places(found, DriftState::kWarning) == "63-68");
}

TEST_CASE("after many values without an error, the first error is a drift") {
  Ddm ddm;
  CHECK(places(states(ddm, std::vector<double>(29, 0.0), 0, 29), DriftState::kDrift).empty());
  CHECK(ddm.update(1) == DriftState::kDrift);
  // It begins anew: this error is the first value of a new stream.
  Ddm other;
  CHECK(ddm.update(1) == other.update(1));
  CHECK(saved(ddm) == saved(other));
}

TEST_CASE("DDM does not notice that errors become rarer") {
  Ddm ddm;
  states(ddm, every(2, 1'000), 0, 1'000);
  const std::vector<DriftState> found = states(ddm, every(10, 1'000), 0, 1'000);
  CHECK(places(found, DriftState::kNone) == "0-999");
}

TEST_CASE("wrong options of DDM are said") {
  CHECK(why_wrong(DdmOptions{}) == std::nullopt);
  CHECK(why_wrong(DdmOptions{.min_num_instances = 0}) == "min_num_instances is 0, expected 1 to 1000000000");
  CHECK(why_wrong(DdmOptions{.warning_level = 0}) == "warning_level is 0, expected a number above 0");
  CHECK(why_wrong(DdmOptions{.warning_level = std::nan("")}).has_value());
  CHECK(why_wrong(DdmOptions{.warning_level = 3.5}) ==
        "out_control_level is 3, expected a number of at least 3.5, which is warning_level");
  CHECK(why_wrong(DdmOptions{.out_control_level = HUGE_VAL}).has_value());
  CHECK_THROWS_AS(Ddm({.min_num_instances = 0}), std::invalid_argument);
}
