#include "learn/independent_normals.h"

#include <cmath>

#include "dse/random.h"
#include "learn/floats.h"
#include "support/catch.h"

using namespace dse;

namespace {

struct Normals {
  explicit Normals(std::size_t count)
      : features(count),
        means(padded_doubles(count)),
        scales(padded_doubles(count)),
        row(padded_doubles(count)) {}

  void prepare() { constant = prepare_density(features, scales.data()); }
  double log_density() const {
    return dse::log_density(
        {.features = features, .means = means.data(), .scales = scales.data(), .constant = constant},
        row.data());
  }

  std::size_t features;
  Doubles means;
  Doubles scales;  // variances, until they are prepared
  Doubles row;
  double constant = 0;
};

}  // namespace

TEST_CASE("the log density is the sum of those of the features") {
  RandomStream random(1, "test", "normals");
  for (const std::size_t features : {1U, 2U, 3U, 4U, 5U, 10U, 784U}) {
    INFO(features << " features");
    Normals normals(features);
    double expected = 0;
    for (std::size_t at = 0; at < features; ++at) {
      normals.means[at] = 10 * random.uniform();
      normals.row[at] = 10 * random.uniform();
      const double variance = std::exp(200 * (random.uniform() - 0.5));
      normals.scales[at] = variance;
      const double deviation = normals.row[at] - normals.means[at];
      expected -= 0.5 * std::log(2 * M_PI * variance) + deviation * deviation / (2 * variance);
    }
    normals.prepare();
    CHECK(normals.log_density() == Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("a feature that was always equal decides, and gives numbers however far a row is") {
  Normals normals(2);
  normals.means[0] = 3;
  normals.scales = {0, 1, 0, 0};
  normals.prepare();
  normals.row[0] = 3;
  const double at_it = normals.log_density();
  CHECK(at_it > 200);
  normals.row[0] = std::nextafter(3.0F, 4.0F);
  CHECK(normals.log_density() < -1e100);
  normals.row[0] = -3.4e38;
  CHECK(std::isfinite(normals.log_density()));
}
