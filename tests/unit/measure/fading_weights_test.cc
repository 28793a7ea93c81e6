#include "measure/fading_weights.h"

#include <cmath>

#include "support/catch.h"

using namespace dse;

TEST_CASE("a weight is the one before divided by the factor, across restarts too") {
  for (const double fading : {1.0, 0.9999, 0.999, 0.9, 0.5, 0.01, 1e-20, 1e-300}) {
    CAPTURE(fading);
    FadingWeights weights(fading);
    double first = 0;  // the weight of the first example, scaled
    for (int at = 0; at < 3'000; ++at) {
      CAPTURE(at);
      if (weights.at_end()) first *= weights.restart();
      const double weight = weights.next();
      if (at == 0) first = weight;
      REQUIRE(weight == weights.newest());
      REQUIRE(weight >= 1);
      REQUIRE(weight < 1e28);
      const double wanted = std::pow(fading, at);
      if (wanted < 1e-280) break;
      REQUIRE(std::abs(first / weight - wanted) <= 1e-13 * wanted);
    }
  }
}

TEST_CASE("without fading every weight is exactly 1") {
  FadingWeights weights(1);
  for (int at = 0; at < 1'000; ++at) {
    if (weights.at_end()) REQUIRE(weights.restart() == 1);
    REQUIRE(weights.next() == 1);
  }
}
