#include "learn/feature_gaussians.h"

#include <cmath>

#include "support/catch.h"
#include "synthetic_rows.h"

using namespace dse;

namespace {

constexpr std::size_t kFeatures = 3;

FeatureGaussians observer_of(const std::vector<std::vector<double>>& rows) {
  FeatureGaussians result(kFeatures);
  for (std::vector<double> row : rows) {
    row.resize(padded_doubles(kFeatures));
    result.add(row.data());
  }
  return result;
}

void write_double(std::string& bytes, std::size_t at, double value) {
  StateWriter writer;
  writer.add_f64(value);
  bytes.replace(at, 8, writer.bytes());
}

}  // namespace

TEST_CASE("extremes are exact, and in between the normal distribution counts") {
  const FeatureGaussians observer = observer_of({{1, -5, 0}, {2, -5, 0}, {3, -5, 0}, {6, -5, 0}});
  CHECK(observer.count() == 4);
  CHECK(observer.minimum(0) == 1);
  CHECK(observer.maximum(0) == 6);
  CHECK(observer.minimum(1) == -5);
  CHECK(observer.maximum(1) == -5);
  CHECK(observer.count_up_to(0.999, 0) == 0);
  CHECK(observer.count_up_to(6, 0) == 4);
  CHECK(observer.count_up_to(-5.001, 1) == 0);
  CHECK(observer.count_up_to(-5, 1) == 4);
  // The mean is 3, the sample variance (4 + 1 + 0 + 9) / 3.
  CHECK(observer.count_up_to(3, 0) == Approx(2).epsilon(1e-14));
  const double deviations = (5 - 3) / std::sqrt(14.0 / 3);
  CHECK(observer.count_up_to(5, 0) == Approx(4 * 0.5 * std::erfc(-deviations / std::sqrt(2))).epsilon(1e-14));
}

TEST_CASE("the density follows what has been added since") {
  FeatureGaussians observer = observer_of({{1, 0, 2}, {3, 4, 5}});
  const Doubles row = {2, 1, 4, 0};
  const auto log_normal = [](double x, double mean, double variance) {
    return -0.5 * std::log(2 * M_PI * variance) - (x - mean) * (x - mean) / (2 * variance);
  };
  CHECK(observer.log_density(row.data()) ==
        Approx(log_normal(2, 2, 2) + log_normal(1, 2, 8) + log_normal(4, 3.5, 4.5)));
  observer.add(row.data());
  CHECK(observer.log_density(row.data()) ==
        Approx(log_normal(2, 2, 1) + log_normal(1, 5.0 / 3, 13.0 / 3) + log_normal(4, 11.0 / 3, 7.0 / 3)));
}

TEST_CASE("a state of sums that no examples have is refused") {
  const std::string state = state_of(observer_of({{1, 0, 2}, {3, 4, 5}}));
  const std::size_t means_at = 8;
  const std::size_t squares_at = means_at + 8 * kFeatures;
  FeatureGaussians loaded(kFeatures);
  CHECK(refusal_of(loaded, state).empty());
  CHECK(state_of(loaded) == state);

  std::string damaged = state;
  write_double(damaged, means_at, 3.5);
  CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("a mean that is not between"));
  for (const double squares : {-1.0, 0.0, 1e-3, 1e9}) {
    INFO(squares);
    damaged = state;
    write_double(damaged, squares_at, squares);
    CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("a sum of squares that does not fit"));
  }
  damaged = state;
  damaged[0] = 1;
  CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("one example of several values"));
  damaged = state;
  damaged[7] = 1;
  CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("examples of a class, expected at most"));
  CHECK_THAT(refusal_of(loaded, state.substr(0, state.size() - 1)), ContainsSubstring("bytes where"));
}
