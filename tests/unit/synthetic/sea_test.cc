#include "synthetic/sea.h"

#include <array>

#include "support/catch.h"
#include "unit/synthetic/synthetic_rows.h"

using namespace dse;

namespace {

constexpr std::size_t kRows = 10'000;
constexpr std::array kThetas = {8.0, 9.0, 7.0, 9.5};

// The probability that two numbers, uniform in [0, 10), have a sum of at most `theta` <= 10.
double share_at_most(double theta) { return theta * theta / 200; }

}  // namespace

TEST_CASE("a label of sea says whether the first two features exceed the variant's threshold") {
  for (int variant = 0; variant < 4; ++variant) {
    CAPTURE(variant);
    const double theta = kThetas[static_cast<std::size_t>(variant)];
    const auto rows = rows_of<Sea>(SeaOptions{.variant = variant}, kRows);
    CHECK(first_wrong(rows, [&](const LabelledRow& row) {
            return row.label == (row[0] + row[1] <= theta ? 0 : 1);
          }) == "");
    CHECK(share_of(rows, 0) ==
          Approx(share_at_most(theta)).margin(six_deviations_of_share(share_at_most(theta), kRows)));
  }
}

TEST_CASE("the features of sea are uniform in 0 to 10, and independent") {
  const auto rows = rows_of<Sea>(SeaOptions{}, kRows);
  const double margin = six_deviations_of_uniform(10, kRows);
  for (std::size_t feature = 0; feature < 3; ++feature) {
    CAPTURE(feature);
    CHECK(first_wrong(rows, [&](const LabelledRow& row) { return row[feature] >= 0 && row[feature] < 10; }) ==
          "");
    CHECK(mean_of(rows, [&](const LabelledRow& row) { return row[feature]; }) == Approx(5).margin(margin));
    CHECK(reaches_ends(rows, 0, 10, [&](const LabelledRow& row) { return row[feature]; }));
    const double below_one = mean_of(rows, [&](const LabelledRow& row) { return row[feature] < 1 ? 1 : 0; });
    CHECK(below_one == Approx(0.1).margin(six_deviations_of_share(0.1, kRows)));
    const std::size_t other = (feature + 1) % 3;
    // The product of two independent ones has the mean 25 and the standard deviation sqrt(486.1).
    const double product = mean_of(rows, [&](const LabelledRow& row) { return row[feature] * row[other]; });
    CHECK(product == Approx(25).margin(six_deviations(22.05, kRows)));
  }
}

TEST_CASE("noise flips its share of sea's labels and leaves the rows as they are") {
  const auto clean = rows_of<Sea>(SeaOptions{}, kRows);
  std::vector<bool> flipped_before(kRows, false);
  for (const double noise : {0.05, 0.1, 0.5, 1.0}) {
    CAPTURE(noise);
    const auto noisy = rows_of<Sea>(SeaOptions{.noise = noise}, kRows);
    int flipped = 0;
    for (std::size_t at = 0; at < kRows; ++at) {
      REQUIRE(noisy[at].features == clean[at].features);
      const bool flips = noisy[at].label != clean[at].label;
      REQUIRE((flips || !flipped_before[at]));  // more noise flips these and more
      flipped_before[at] = flips;
      flipped += flips ? 1 : 0;
    }
    CHECK(static_cast<double>(flipped) / kRows ==
          Approx(noise).margin(six_deviations_of_share(noise, kRows)));
  }
}

TEST_CASE("a stream of another variant goes on where the one before it ended") {
  OwnRandom random(2001);
  Sea first(SeaOptions{.variant = 0}, random.get());
  Sea second(SeaOptions{.variant = 3}, random.get());
  auto rows = take(first, 5);
  for (LabelledRow& row : take(second, 5)) rows.push_back(std::move(row));
  const auto unbroken = rows_of<Sea>(SeaOptions{.variant = 3}, 10);
  for (std::size_t at = 0; at < 10; ++at) CHECK(rows[at].features == unbroken[at].features);
  for (std::size_t at = 5; at < 10; ++at) CHECK(rows[at].label == unbroken[at].label);
}
