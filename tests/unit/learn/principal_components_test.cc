#include "learn/principal_components.h"

#include <cmath>
#include <vector>

#include "support/catch.h"

using namespace dse;

TEST_CASE("the components span what the images vary in, and keep distances") {
  // The roots of pixels are a mean plus multiples of two patterns, so two components describe them.
  constexpr std::size_t kPixels = 64;
  constexpr std::size_t kImages = 50;
  RandomStream random(1, "test", "components");
  std::vector<std::uint8_t> images;
  for (std::size_t image = 0; image < kImages; ++image) {
    const double shares[2] = {random.uniform(), random.uniform()};
    for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
      const double root = pixel % 3 == 0 ? 0.2 + 0.8 * shares[0] : (pixel % 3 == 1 ? 0.9 * shares[1] : 0.5);
      images.push_back(static_cast<std::uint8_t>(std::lround(255 * root * root)));
    }
  }
  PrincipalComponents components(kPixels, 2, random);
  components.find(images);
  CHECK(components.stride() == kLanes);

  std::vector<Floats> projected(kImages, Floats(components.stride()));
  for (std::size_t at = 0; at < kImages; ++at) {
    components.project(images.data() + at * kPixels, projected[at].data());
    for (std::size_t padding = 2; padding < kLanes; ++padding) CHECK(projected[at][padding] == 0);
  }
  double mean[2] = {};
  for (std::size_t at = 0; at + 1 < kImages; ++at) {
    double distance = 0;
    double projected_distance = 0;
    for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
      const double difference = std::sqrt(images[at * kPixels + pixel] / 255.0) -
                                std::sqrt(images[(at + 1) * kPixels + pixel] / 255.0);
      distance += difference * difference;
    }
    for (std::size_t dimension = 0; dimension < 2; ++dimension) {
      const double difference =
          static_cast<double>(projected[at][dimension]) - static_cast<double>(projected[at + 1][dimension]);
      projected_distance += difference * difference;
    }
    CHECK(std::sqrt(projected_distance) == Approx(std::sqrt(distance)).epsilon(0.02).margin(0.02));
  }
  for (const Floats& each : projected) {
    for (std::size_t dimension = 0; dimension < 2; ++dimension) {
      mean[dimension] += static_cast<double>(each[dimension]) / kImages;
    }
  }
  CHECK(std::fabs(mean[0]) < 1e-4);
  CHECK(std::fabs(mean[1]) < 1e-4);
}
