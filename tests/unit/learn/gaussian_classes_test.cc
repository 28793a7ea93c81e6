#include "learn/gaussian_classes.h"

#include <array>

#include "support/catch.h"

using namespace dse;

namespace {

constexpr std::size_t kDimensions = 3;
using Point = std::array<float, kLanes>;

float number(RandomStream& random) {
  return static_cast<float>(random.uniform() + random.uniform() + random.uniform() - 1.5);
}

// Two classes with the same mean: one is elongated in the first dimension, one in the second. No linear rule
// can separate them.
Point draw(RandomStream& random, int label) {
  Point point{};
  for (std::size_t at = 0; at < kDimensions; ++at) point[at] = number(random);
  point[label == 0 ? 0 : 1] *= 10;
  return point;
}

}  // namespace

TEST_CASE("classes that differ in covariance alone are told apart") {
  RandomStream random(1, "test", "gaussians");
  GaussianClasses classes(kDimensions, 3);
  for (int at = 0; at < 2'000; ++at) classes.add(draw(random, at % 2).data(), at % 2);
  int right = 0;
  double confidence = 0;
  for (int at = 0; at < 2'000; ++at) {
    const Prediction prediction = classes.predict(draw(random, at % 2).data());
    right += prediction.label == at % 2 ? 1 : 0;
    confidence += prediction.confidence / 2'000;
  }
  // Where the clouds overlap, no rule can tell.
  CHECK(right > 1'700);
  CHECK(confidence == Approx(right / 2'000.0).margin(0.1));
}

TEST_CASE("one point is enough to predict, and a class never seen is never predicted") {
  GaussianClasses classes(kDimensions, 4);
  const Point point{1, 2, 3};
  classes.add(point.data(), 2);
  CHECK(classes.predict(point.data()).label == 2);
  CHECK(classes.predict(point.data()).confidence == 1);
  const Point far{1000, -1000, 0};
  CHECK(classes.predict(far.data()).label == 2);
}

TEST_CASE("equal points only have no covariance, and still a mean") {
  GaussianClasses classes(kDimensions, 2);
  const Point one{1, 0, 0};
  const Point other{0, 1, 0};
  for (int at = 0; at < 40; ++at) {
    classes.add(one.data(), 0);
    classes.add(other.data(), 1);
  }
  CHECK(classes.predict(one.data()).label == 0);
  CHECK(classes.predict(other.data()).label == 1);
}
