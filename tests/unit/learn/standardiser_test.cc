#include "learn/standardiser.h"

#include <cmath>
#include <limits>

#include "support/catch.h"
#include "synthetic_rows.h"

using namespace dse;

namespace {

constexpr std::size_t kFeatures = 5;

std::vector<float> standardised(const Standardiser& standardiser, std::span<const float> row) {
  std::vector<float> result(row.size());
  standardiser.apply(row, result.data());
  return result;
}

Standardiser standardiser_of(std::span<const SyntheticRow> rows) {
  Standardiser result(kFeatures);
  for (const SyntheticRow& row : rows) result.update(row.features);
  return result;
}

// The mean, and then the mean squared deviation from it, both over all rows.
std::pair<double, double> two_passes(std::span<const SyntheticRow> rows, std::size_t feature) {
  double sum = 0;
  for (const SyntheticRow& row : rows) sum += static_cast<double>(row.features[feature]);
  const double mean = sum / static_cast<double>(rows.size());
  double squares = 0;
  for (const SyntheticRow& row : rows)
    squares += std::pow(static_cast<double>(row.features[feature]) - mean, 2);
  return {mean, squares / static_cast<double>(rows.size())};
}

}  // namespace

TEST_CASE("a row is as many deviations from the mean as two passes say") {
  std::vector<SyntheticRow> rows = clustered_rows(kFeatures, 3, 2'000);
  for (SyntheticRow& row : rows)
    row.features[4] = row.features[4] * 1e-3F + 1e4F;  // far from 0, close together
  for (const std::size_t count : {2U, 3U, 17U, 2'000U}) {
    const std::span<const SyntheticRow> seen = std::span(rows).first(count);
    const Standardiser standardiser = standardiser_of(seen);
    for (const SyntheticRow& row : std::span(rows).first(20)) {
      const std::vector<float> result = standardised(standardiser, row.features);
      for (std::size_t feature = 0; feature < kFeatures; ++feature) {
        const auto [mean, variance] = two_passes(seen, feature);
        const double expected =
            variance == 0 ? 0 : (static_cast<double>(row.features[feature]) - mean) / std::sqrt(variance);
        INFO(count << " rows, feature " << feature);
        CHECK(result[feature] == Approx(expected).epsilon(1e-6).margin(1e-9));
      }
    }
  }
}

TEST_CASE("before any row, and where all were equal, the result is 0") {
  Standardiser standardiser(2);
  CHECK(standardised(standardiser, std::vector<float>{3, -4}) == std::vector<float>{0, 0});
  standardiser.update(std::vector<float>{3, -4});
  CHECK(standardised(standardiser, std::vector<float>{5, 6}) == std::vector<float>{0, 0});
  for (int at = 0; at < 1'000; ++at) standardiser.update(std::vector<float>{0.1F, static_cast<float>(at)});
  Standardiser constant(1);
  for (int at = 0; at < 1'000; ++at) constant.update(std::vector<float>{0.1F});
  CHECK(standardised(constant, std::vector<float>{0.2F}) == std::vector<float>{0});
}

TEST_CASE("a row may be replaced by its result, and no result is infinite") {
  Standardiser standardiser(1);
  for (const float value : {1.0F, 1.0F, std::nextafter(1.0F, 2.0F)})
    standardiser.update(std::vector<float>{value});
  std::vector<float> row = {3e38F};
  standardiser.apply(row, row.data());
  CHECK(row[0] == std::numeric_limits<float>::max());
}

TEST_CASE("a loaded standardiser goes on like the one that was saved") {
  const std::vector<SyntheticRow> rows = clustered_rows(kFeatures, 3, 300);
  for (const std::size_t count : {0U, 1U, 200U}) {
    Standardiser saved = standardiser_of(std::span(rows).first(count));
    Standardiser loaded = standardiser_of(std::span(rows).last(10));
    REQUIRE(refusal_of(loaded, state_of(saved)).empty());
    CHECK(digest_of(loaded) == digest_of(saved));
    for (const SyntheticRow& row : std::span(rows).subspan(count)) {
      saved.update(row.features);
      loaded.update(row.features);
      REQUIRE(standardised(loaded, row.features) == standardised(saved, row.features));
    }
    CHECK(state_of(loaded) == state_of(saved));
  }
}

TEST_CASE("sums that no rows have are refused") {
  const std::string state = state_of(standardiser_of(clustered_rows(kFeatures, 3, 30)));
  Standardiser loaded(kFeatures);
  for (const std::size_t size : {0U, 7U, 8U, 87U}) {
    CHECK_THAT(refusal_of(loaded, state.substr(0, size)), ContainsSubstring("a.learner: holds "));
  }
  const auto with = [&](std::size_t at, double value) {
    StateWriter writer;
    writer.add_f64(value);
    return std::string(state).replace(at, 8, writer.bytes());
  };
  const std::size_t squares_at = 8 + 8 * kFeatures;
  for (const std::string& damaged : {with(8, 1e39), with(squares_at, -1), with(squares_at, 1e-310)}) {
    CHECK_THAT(refusal_of(loaded, damaged),
               ContainsSubstring("a mean or a sum of squares that no rows have"));
  }
  std::string none = state;
  none.replace(0, 8, std::string(8, '\0'));
  CHECK_THAT(refusal_of(loaded, none), ContainsSubstring("a mean or a sum of squares that no rows have"));
}

// The bytes are the same with every compiler, in every configuration and on every x86-64-v3 processor.
TEST_CASE("the bytes of a standardiser are known") {
  const Standardiser standardiser = standardiser_of(clustered_rows(kFeatures, 3, 1'000));
  CHECK(digest_of(standardiser) == "c206a5a24f545b76");
}
