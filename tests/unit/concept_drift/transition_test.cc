// When a planted drift changes the concept, against the formula, written down apart from the code.
#include <cmath>

#include "dse/concept_drift.h"
#include "support/catch.h"

using namespace dse;
using Catch::Matchers::WithinAbs;

namespace {

constexpr TimeNs kSecond = kNanosecondsPerSecond;

double sigmoid(double time, double position, double width) {
  return 1 / (1 + std::exp(-4 * (time - position) / width));
}

}  // namespace

TEST_CASE("an abrupt drift is there from its time on") {
  const ConceptDrift drift{.at_ns = 10 * kSecond};
  CHECK(share_of_new_concept(drift, 0) == 0);
  CHECK(share_of_new_concept(drift, 10 * kSecond - 1) == 0);
  CHECK(share_of_new_concept(drift, 10 * kSecond) == 1);
  CHECK(share_of_new_concept(drift, INT64_MAX) == 1);
  CHECK(drift.change_ns(0) == 10 * kSecond);
  CHECK_FALSE(drift.change_ns(1));
}

TEST_CASE("a gradual drift follows MOA's sigmoid") {
  const ConceptDrift drift{
      .transition = DriftTransition::kGradual, .at_ns = 10 * kSecond, .width_ns = 4 * kSecond};
  CHECK(share_of_new_concept(drift, 10 * kSecond) == 0.5);
  for (const TimeNs second : {0, 5, 8, 9, 11, 12, 15, 20}) {
    CAPTURE(second);
    CHECK_THAT(share_of_new_concept(drift, second * kSecond),
               WithinAbs(sigmoid(static_cast<double>(second), 10, 4), 1e-14));
  }
  CHECK(share_of_new_concept(drift, INT64_MAX) == 1);
}

TEST_CASE("a recurring drift takes turns with the old concept") {
  const ConceptDrift drift{
      .transition = DriftTransition::kRecurring, .at_ns = 10 * kSecond, .period_ns = 3 * kSecond};
  const auto share = [&](TimeNs time_ns) { return share_of_new_concept(drift, time_ns); };
  CHECK(share(10 * kSecond - 1) == 0);
  CHECK(share(10 * kSecond) == 1);
  CHECK(share(13 * kSecond - 1) == 1);
  CHECK(share(13 * kSecond) == 0);
  CHECK(share(16 * kSecond - 1) == 0);
  CHECK(share(16 * kSecond) == 1);
  CHECK(drift.change_ns(0) == 10 * kSecond);
  CHECK(drift.change_ns(1) == 13 * kSecond);
  CHECK(drift.change_ns(2) == 16 * kSecond);
  CHECK_FALSE(drift.change_ns(INT64_MAX / (3 * kSecond)));  // after the end of virtual time
}

TEST_CASE("a recurring drift with a width follows a sigmoid at each change, without a jump") {
  const ConceptDrift drift{.transition = DriftTransition::kRecurring,
                           .at_ns = 10 * kSecond,
                           .width_ns = 2 * kSecond,
                           .period_ns = 4 * kSecond};
  const auto share = [&](TimeNs time_ns) { return share_of_new_concept(drift, time_ns); };
  CHECK_THAT(share(9 * kSecond), WithinAbs(sigmoid(9, 10, 2), 1e-14));
  CHECK_THAT(share(11 * kSecond), WithinAbs(sigmoid(11, 10, 2), 1e-14));
  CHECK_THAT(share(13 * kSecond), WithinAbs(1 - sigmoid(13, 14, 2), 1e-14));
  CHECK_THAT(share(14 * kSecond), WithinAbs(0.5, 1e-14));
  CHECK_THAT(share(15 * kSecond), WithinAbs(1 - sigmoid(15, 14, 2), 1e-14));
  CHECK_THAT(share(17 * kSecond), WithinAbs(sigmoid(17, 18, 2), 1e-14));
  for (TimeNs time_ns = 0; time_ns < 40 * kSecond; time_ns += kSecond / 100) {
    CAPTURE(time_ns);
    CHECK_THAT(share(time_ns) - share(time_ns + kSecond / 100), WithinAbs(0, 0.0051));
  }
}

TEST_CASE("a recurring drift goes on to the end of virtual time") {
  const ConceptDrift drift{.transition = DriftTransition::kRecurring, .period_ns = kLongestDurationNs};
  CHECK(share_of_new_concept(drift, INT64_MAX) == 1);  // two periods and 0.9 of the third are over
}
