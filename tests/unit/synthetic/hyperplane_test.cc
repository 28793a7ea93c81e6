#include "synthetic/hyperplane.h"

#include <cmath>
#include <stdexcept>

#include "support/catch.h"
#include "unit/synthetic/synthetic_rows.h"

using namespace dse;

namespace {

constexpr std::size_t kRows = 10'000;

// Which side of the hyperplane through the middle of the cube the row lies on, from its offset to the middle.
int side_of(const LabelledRow& row, const std::vector<double>& weights) {
  double offset = 0;
  for (std::size_t at = weights.size(); at-- > 0;) offset += weights[at] * (row[at] - 0.5);
  return offset >= 0 ? 1 : 0;
}

}  // namespace

TEST_CASE("a label of hyperplane is the side of the hyperplane of that moment") {
  for (const int features : {2, 3, 10, 50}) {
    for (const double magnitude : {0.0, 0.01}) {
      CAPTURE(features, magnitude);
      OwnRandom random(2001);
      Hyperplane stream(HyperplaneOptions{.features = features, .drift_features = 2, .magnitude = magnitude},
                        random.get());
      REQUIRE(stream.features() == static_cast<std::size_t>(features));
      for (std::size_t at = 0; at < kRows; ++at) {
        const std::vector<double> weights = stream.weights();
        const auto row = take(stream, 1);
        REQUIRE(first_wrong(row, [&](const LabelledRow& each) {
                  return each.label == side_of(each, weights);
                }) == "");
      }
    }
  }
}

TEST_CASE("the features of hyperplane are uniform in 0 to 1, and its classes are equally frequent") {
  const auto rows = rows_of<Hyperplane>(HyperplaneOptions{}, kRows);
  for (std::size_t feature = 0; feature < 10; ++feature) {
    CAPTURE(feature);
    CHECK(first_wrong(rows, [&](const LabelledRow& row) { return row[feature] >= 0 && row[feature] < 1; }) ==
          "");
    CHECK(mean_of(rows, [&](const LabelledRow& row) { return row[feature]; }) ==
          Approx(0.5).margin(six_deviations_of_uniform(1, kRows)));
  }
  CHECK(share_of(rows, 1) == Approx(0.5).margin(six_deviations_of_share(0.5, kRows)));
}

TEST_CASE("the weights of hyperplane begin in 0 to 1, and stay without a magnitude") {
  OwnRandom random(2001);
  Hyperplane stream(HyperplaneOptions{.features = 1000}, random.get());
  const std::vector<double> weights = stream.weights();
  double sum = 0;
  for (const double weight : weights) {
    REQUIRE((weight >= 0 && weight < 1));
    sum += weight;
  }
  CHECK(sum / 1000 == Approx(0.5).margin(six_deviations_of_uniform(1, 1000)));
  take(stream, 100);
  CHECK(stream.weights() == weights);
}

TEST_CASE("the first weights of hyperplane move by the magnitude, and turn back with probability sigma") {
  constexpr double kMagnitude = 0x1p-10;  // so that sums are exact
  for (const double sigma : {0.0, 0.1, 1.0}) {
    CAPTURE(sigma);
    OwnRandom random(2001);
    Hyperplane stream(
        HyperplaneOptions{.features = 5, .drift_features = 3, .magnitude = kMagnitude, .sigma = sigma},
        random.get());
    std::vector<double> before = stream.weights();
    std::vector<int> direction(3, 1);
    int turns = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      take(stream, 1);
      const std::vector<double>& weights = stream.weights();
      for (std::size_t at = 0; at < 3; ++at) {
        const double moved = weights[at] - before[at];
        // A weight below 1 has bits down to 2^-53, one of several units somewhat fewer.
        REQUIRE(std::abs(moved) == Approx(kMagnitude).epsilon(1e-9));
        const int now = moved > 0 ? 1 : -1;
        if (row == 0) REQUIRE(now == 1);
        turns += now != direction[at] ? 1 : 0;
        direction[at] = now;
      }
      for (std::size_t at = 3; at < 5; ++at) REQUIRE(weights[at] == before[at]);
      before = weights;
    }
    CHECK(static_cast<double>(turns) / (3 * (kRows - 1)) ==
          Approx(sigma).margin(six_deviations_of_share(sigma, 3 * kRows)));
  }
}

TEST_CASE("noise flips its share of hyperplane's labels and changes neither rows nor weights") {
  HyperplaneOptions options{.drift_features = 5, .magnitude = 0.001};
  const auto clean = rows_of<Hyperplane>(options, kRows);
  options.noise = 0.05;
  const auto noisy = rows_of<Hyperplane>(options, kRows);
  int flipped = 0;
  for (std::size_t at = 0; at < kRows; ++at) {
    REQUIRE(noisy[at].features == clean[at].features);
    flipped += noisy[at].label != clean[at].label ? 1 : 0;
  }
  CHECK(static_cast<double>(flipped) / kRows == Approx(0.05).margin(six_deviations_of_share(0.05, kRows)));
}

TEST_CASE("drift changes neither hyperplane's features nor which labels are flipped") {
  const HyperplaneOptions still{.noise = 0.2};
  HyperplaneOptions moving = still;
  moving.magnitude = 0.01;
  HyperplaneOptions moving_clean = moving;
  moving_clean.noise = 0;
  const auto rows = rows_of<Hyperplane>(still, 1000);
  const auto clean = rows_of<Hyperplane>(HyperplaneOptions{}, 1000);
  const auto moved = rows_of<Hyperplane>(moving, 1000);
  const auto moved_clean = rows_of<Hyperplane>(moving_clean, 1000);
  int changed = 0;
  for (std::size_t at = 0; at < 1000; ++at) {
    REQUIRE(moved[at].features == rows[at].features);
    const bool flips = rows[at].label != clean[at].label;
    REQUIRE((moved[at].label != moved_clean[at].label) == flips);
    changed += moved_clean[at].label != clean[at].label ? 1 : 0;
  }
  CHECK(changed > 50);
}

TEST_CASE("hyperplane refuses more weights that drift than it has") {
  OwnRandom random(1);
  CHECK_THROWS_WITH(Hyperplane(HyperplaneOptions{.features = 3, .drift_features = 4}, random.get()),
                    "drift_features of hyperplane is at most features, 3, not 4");
}
