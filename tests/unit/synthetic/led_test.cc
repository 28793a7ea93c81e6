#include "synthetic/led.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <string>

#include "support/catch.h"
#include "unit/synthetic/synthetic_rows.h"

using namespace dse;

namespace {

constexpr std::size_t kRows = 10'000;
constexpr std::size_t kShown = 7;
constexpr std::size_t kAll = 24;

// The digits, side by side, each four columns wide.
const std::array<std::string, 3> kDigitArt = {" _       _   _       _   _   _   _   _  ",
                                              "| |   |  _|  _| |_| |_  |_    | |_| |_| ",
                                              "|_|   | |_   _|   |  _| |_|   | |_|  _| "};
// Where the segments are in a digit, as line and column: top, upper left and right, middle, lower left and
// right, bottom.
constexpr std::array<std::pair<std::size_t, std::size_t>, kShown> kPlaces = {
    {{0, 1}, {1, 0}, {1, 2}, {1, 1}, {2, 0}, {2, 2}, {2, 1}}};

bool is_lit(int digit, std::size_t segment) {
  const auto [line, column] = kPlaces[segment];
  return kDigitArt[line][static_cast<std::size_t>(digit) * 4 + column] != ' ';
}

bool shows_its_digit(const LabelledRow& row) {
  for (std::size_t segment = 0; segment < kShown; ++segment) {
    if (row[segment] != (is_lit(row.label, segment) ? 1 : 0)) return false;
  }
  return true;
}

using Pattern = std::bitset<kShown>;

Pattern pattern_of(const LabelledRow& row) {
  Pattern pattern;
  for (std::size_t segment = 0; segment < kShown; ++segment) pattern[segment] = row[segment] > 0;
  return pattern;
}

double probability(const Pattern& pattern, int digit, double noise) {
  double product = 1;
  for (std::size_t segment = 0; segment < kShown; ++segment) {
    product *= pattern[segment] == is_lit(digit, segment) ? 1 - noise : noise;
  }
  return product;
}

int most_likely_digit(const Pattern& pattern, double noise) {
  int best = 0;
  for (int digit = 1; digit < 10; ++digit) {
    if (probability(pattern, digit, noise) > probability(pattern, best, noise)) best = digit;
  }
  return best;
}

// The error of the best classifier there is, summed over all patterns.
double bayes_error(double noise) {
  double right = 0;
  for (unsigned bits = 0; bits < 128; ++bits) {
    const Pattern pattern(bits);
    right += probability(pattern, most_likely_digit(pattern, noise), noise) / 10;
  }
  return 1 - right;
}

}  // namespace

TEST_CASE("without noise, a row of led lights the segments of its digit") {
  for (const bool irrelevant : {false, true}) {
    CAPTURE(irrelevant);
    const auto rows = rows_of<Led>(LedOptions{.irrelevant = irrelevant}, kRows);
    CHECK(first_wrong(rows, [&](const LabelledRow& row) {
            return row.features.size() == (irrelevant ? kAll : kShown) && shows_its_digit(row);
          }) == "");
    for (int digit = 0; digit < 10; ++digit) {
      CAPTURE(digit);
      CHECK(share_of(rows, digit) == Approx(0.1).margin(six_deviations_of_share(0.1, kRows)));
    }
  }
}

TEST_CASE("the irrelevant features of led are 0 or 1 alike, whatever the digit") {
  const auto rows = rows_of<Led>(LedOptions{}, kRows);
  for (std::size_t feature = kShown; feature < kAll; ++feature) {
    CAPTURE(feature);
    CHECK(first_wrong(rows, [&](const LabelledRow& row) { return row[feature] == 0 || row[feature] == 1; }) ==
          "");
    CHECK(mean_of(rows, [&](const LabelledRow& row) { return row[feature]; }) ==
          Approx(0.5).margin(six_deviations_of_share(0.5, kRows)));
    const std::size_t other = feature + 1 < kAll ? feature + 1 : kShown;
    CHECK(mean_of(rows, [&](const LabelledRow& row) { return row[feature] * row[other]; }) ==
          Approx(0.25).margin(six_deviations_of_share(0.25, kRows)));
    const double beside_digit =
        mean_of(rows, [&](const LabelledRow& row) { return row[feature] > 0 && row.label == 0 ? 1 : 0; });
    CHECK(beside_digit == Approx(0.05).margin(six_deviations_of_share(0.05, kRows)));
  }
}

TEST_CASE("noise inverts its share of each segment, independently, and nothing else of led") {
  const auto clean = rows_of<Led>(LedOptions{}, kRows);
  for (const double noise : {0.1, 0.28, 1.0}) {
    CAPTURE(noise);
    const auto noisy = rows_of<Led>(LedOptions{.noise = noise}, kRows);
    std::array<int, kShown> inverted{};
    std::array<int, kShown> with_next{};
    for (std::size_t at = 0; at < kRows; ++at) {
      REQUIRE(noisy[at].label == clean[at].label);
      for (std::size_t feature = kShown; feature < kAll; ++feature) {
        REQUIRE(noisy[at][feature] == clean[at][feature]);
      }
      const auto changed = pattern_of(noisy[at]) ^ pattern_of(clean[at]);
      for (std::size_t segment = 0; segment < kShown; ++segment) {
        inverted[segment] += changed[segment] ? 1 : 0;
        with_next[segment] += changed[segment] && changed[(segment + 1) % kShown] ? 1 : 0;
      }
    }
    for (std::size_t segment = 0; segment < kShown; ++segment) {
      CAPTURE(segment);
      CHECK(static_cast<double>(inverted[segment]) / kRows ==
            Approx(noise).margin(six_deviations_of_share(noise, kRows)));
      CHECK(static_cast<double>(with_next[segment]) / kRows ==
            Approx(noise * noise).margin(six_deviations_of_share(noise * noise, kRows)));
    }
  }
}

TEST_CASE("the best classifier of led errs in 26 percent of the rows when the noise is 10 percent") {
  constexpr double kNoise = 0.1;
  constexpr std::size_t kMany = 100'000;
  CHECK(bayes_error(kNoise) == Approx(0.26).margin(0.001));
  CHECK(bayes_error(0) == Approx(0).margin(1e-12));
  std::array<int, 128> answers{};
  for (unsigned bits = 0; bits < 128; ++bits) answers[bits] = most_likely_digit(Pattern(bits), kNoise);
  const auto rows = rows_of<Led>(LedOptions{.noise = kNoise}, kMany);
  const double error = mean_of(
      rows, [&](const LabelledRow& row) { return answers[pattern_of(row).to_ulong()] != row.label ? 1 : 0; });
  CHECK(error == Approx(0.26).margin(six_deviations_of_share(0.26, kMany)));
}

TEST_CASE("swapped features of led change places with the first irrelevant ones") {
  const auto plain = rows_of<Led>(LedOptions{.noise = 0.1}, 1000);
  for (int swapped = 0; swapped <= 7; ++swapped) {
    CAPTURE(swapped);
    const auto rows = rows_of<Led>(LedOptions{.noise = 0.1, .swapped_features = swapped}, 1000);
    for (std::size_t at = 0; at < rows.size(); ++at) {
      REQUIRE(rows[at].label == plain[at].label);
      for (std::size_t feature = 0; feature < kAll; ++feature) {
        const auto drifting = static_cast<std::size_t>(swapped);
        std::size_t from = feature;
        if (feature < drifting) from = feature + 7;
        if (feature >= 7 && feature < 7 + drifting) from = feature - 7;
        REQUIRE(rows[at][feature] == plain[at][from]);
      }
    }
  }
}

TEST_CASE("led refuses to swap features with irrelevant ones that it lacks") {
  OwnRandom random(1);
  CHECK_THROWS_WITH(Led(LedOptions{.irrelevant = false, .swapped_features = 1}, random.get()),
                    "swapped_features of led needs irrelevant = true: features change places with those");
}
