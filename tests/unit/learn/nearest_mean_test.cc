#include "learn/nearest_mean.h"

#include <array>

#include "support/catch.h"

using namespace dse;

TEST_CASE("the nearest of the means of the classes seen is predicted") {
  NearestMean learner(2, 3);
  using Image = std::array<std::uint8_t, 2>;
  const Image dark{0, 10};
  CHECK(learner.predict(dark.data()).label == 0);
  CHECK(learner.predict(dark.data()).confidence == Approx(1.0 / 3));

  const Image bright{250, 250};
  learner.add({bright.data(), 2});
  CHECK(learner.predict(dark.data()).label == 2);
  CHECK(learner.predict(dark.data()).confidence == 1);

  // The mean of class 1 is {10, 20}.
  const Image near{0, 40};
  const Image nearer{20, 0};
  learner.add({near.data(), 1});
  learner.add({nearer.data(), 1});
  const Prediction prediction = learner.predict(dark.data());
  CHECK(prediction.label == 1);
  const double to_one = 10 * 10 + 10 * 10;
  const double to_two = 250 * 250 + 240 * 240;
  CHECK(prediction.confidence == Approx((1 / to_one) / (1 / to_one + 1 / to_two)));
}
