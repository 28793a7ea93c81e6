// Transforms of images, against what they are defined to be.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "concept_drift/contrast.h"
#include "concept_drift/pixel_noise.h"
#include "concept_drift/pixel_shift.h"
#include "concept_drift/rotation.h"
#include "dse/hash.h"
#include "support/catch.h"

using namespace dse;

namespace {

using Image = std::vector<std::uint8_t>;

Image random_image(ImageSize size, std::uint64_t seed) {
  RandomStream random(seed, "test", "image");
  Image image(static_cast<std::size_t>(size.rows * size.columns));
  for (std::uint8_t& pixel : image) pixel = static_cast<std::uint8_t>(random.below(256));
  return image;
}

Image transformed(const ImageTransform& transform, const Image& image) {
  RandomStream random(1, "test", "drift");
  Image result(image.size());
  transform.transform(image, result, random);
  return result;
}

std::uint8_t& at(Image& image, ImageSize size, std::int64_t row, std::int64_t column) {
  return image[static_cast<std::size_t>(row * size.columns + column)];
}

// In the C library's double arithmetic, pixel by pixel.
double turned_pixel(const Image& image, ImageSize size, double degrees, std::int64_t row,
                    std::int64_t column) {
  const double angle = degrees * 3.14159265358979323846 / 180;
  const double middle_row = static_cast<double>(size.rows - 1) / 2;
  const double middle_column = static_cast<double>(size.columns - 1) / 2;
  const double down = static_cast<double>(row) - middle_row;
  const double right = static_cast<double>(column) - middle_column;
  const double y = std::sin(angle) * right + std::cos(angle) * down + middle_row;
  const double x = std::cos(angle) * right - std::sin(angle) * down + middle_column;
  double value = 0;
  for (std::int64_t r = 0; r < size.rows; ++r) {
    for (std::int64_t c = 0; c < size.columns; ++c) {
      const double weight = std::max(0.0, 1 - std::fabs(y - static_cast<double>(r))) *
                            std::max(0.0, 1 - std::fabs(x - static_cast<double>(c)));
      value += weight * image[static_cast<std::size_t>(r * size.columns + c)];
    }
  }
  return value;
}

std::string digest(const Image& image) {
  return hex64(hash_text({reinterpret_cast<const char*>(image.data()), image.size()}));
}

}  // namespace

TEST_CASE("a rotation by 90 degrees transposes a square image, counter-clockwise") {
  for (const std::int64_t side : {1, 2, 7, 28}) {
    CAPTURE(side);
    const ImageSize size{side, side};
    Image image = random_image(size, 1);
    Image turned = transformed(Rotation(size, 90), image);
    for (std::int64_t row = 0; row < side; ++row) {
      for (std::int64_t column = 0; column < side; ++column)
        REQUIRE(at(turned, size, row, column) == at(image, size, column, side - 1 - row));
    }
    CHECK(transformed(Rotation(size, 90), transformed(Rotation(size, 270), image)) == image);
    CHECK(transformed(Rotation(size, 180), transformed(Rotation(size, 180), image)) == image);
    CHECK(transformed(Rotation(size, -90), turned) == image);
    CHECK(transformed(Rotation(size, 360), image) == image);
    CHECK(transformed(Rotation(size, 0), image) == image);
  }
}

TEST_CASE("a rotation by 180 degrees reverses an image of any size") {
  const ImageSize size{5, 8};
  Image image = random_image(size, 2);
  const Image turned = transformed(Rotation(size, 180), image);
  std::reverse(image.begin(), image.end());
  CHECK(turned == image);
}

TEST_CASE("a rotation by any angle is a bilinear one in real numbers, to half a grey level and a bit") {
  for (const ImageSize size : {ImageSize{28, 28}, ImageSize{9, 16}}) {
    const Image image = random_image(size, 3);
    for (const double degrees : {1.0, 17.5, 30.0, 45.0, 60.0, 111.1, -75.0, 359.0}) {
      CAPTURE(size.rows, degrees);
      Image turned = transformed(Rotation(size, degrees), image);
      double furthest = 0;
      for (std::int64_t row = 0; row < size.rows; ++row) {
        for (std::int64_t column = 0; column < size.columns; ++column)
          furthest = std::max(furthest, std::fabs(at(turned, size, row, column) -
                                                  turned_pixel(image, size, degrees, row, column)));
      }
      CHECK(furthest < 0.51);
    }
  }
}

// The digests are those that every compiler and processor gives.
TEST_CASE("new images have the same bytes everywhere") {
  const ImageSize size{28, 28};
  CHECK(digest(transformed(Rotation(size, 45), random_image(size, 4))) == "f605950b429110f4");
  CHECK(digest(transformed(PixelNoise(40), random_image(size, 4))) == "c11078204efc284c");
  CHECK(digest(transformed(Contrast(0.3), random_image(size, 4))) == "3ff00b10df98a00a");
}

TEST_CASE("a shift moves whole pixels, and nothing comes in") {
  const ImageSize size{3, 4};
  const Image image = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  CHECK(transformed(PixelShift(size, {0, 0}), image) == image);
  CHECK(transformed(PixelShift(size, {1, 0}), image) == Image{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(transformed(PixelShift(size, {0, 1}), image) == Image{0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11});
  CHECK(transformed(PixelShift(size, {-2, -1}), image) == Image{10, 11, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE(
    "noise has the mean and the deviation that it should have, and the tails of a normal distribution") {
  const PixelNoise noise(20);
  const Image grey(1'000'000, 128);
  const Image noisy = transformed(noise, grey);
  double sum = 0;
  double squares = 0;
  double beyond_two = 0;
  for (const std::uint8_t pixel : noisy) {
    const double added = pixel - 128.0;
    sum += added;
    squares += added * added;
    if (std::fabs(added) > 40.5) ++beyond_two;
  }
  const double count = static_cast<double>(grey.size());
  CHECK(std::fabs(sum / count) < 0.1);  // five standard errors
  CHECK(std::fabs(std::sqrt(squares / count) - 20) < 0.1);
  CHECK(std::fabs(beyond_two / count - std::erfc(40.5 / 20 / std::sqrt(2))) < 0.0015);
  const auto [least, most] = std::minmax_element(noisy.begin(), noisy.end());
  CHECK(*least == 128 - 73);  // the outermost quantile is at 3.67 deviations
  CHECK(*most == 128 + 73);
}

TEST_CASE("noise stays within what a pixel can hold, and without a deviation there is none") {
  const Image noisy = transformed(PixelNoise(200), random_image({28, 28}, 5));
  CHECK(std::count(noisy.begin(), noisy.end(), 0) > 50);
  CHECK(std::count(noisy.begin(), noisy.end(), 255) > 50);
  const Image image = random_image({28, 28}, 5);
  CHECK(transformed(PixelNoise(0), image) == image);
}

TEST_CASE("contrast multiplies the distance from the mean") {
  const Image image = {0, 50, 100, 250};  // mean 100
  CHECK(transformed(Contrast(1), image) == image);
  CHECK(transformed(Contrast(0), image) == Image{100, 100, 100, 100});
  CHECK(transformed(Contrast(0.5), image) == Image{50, 75, 100, 175});
  CHECK(transformed(Contrast(2), image) == Image{0, 0, 100, 255});
  CHECK(transformed(Contrast(0.25), image) == Image{75, 88, 100, 138});  // halves are rounded up
  for (const double factor : {0.1, 0.77, 1.3, 5.0}) {
    const Image before = random_image({28, 28}, 6);
    const Image after = transformed(Contrast(factor), before);
    const double mean =
        std::accumulate(before.begin(), before.end(), 0.0) / static_cast<double>(before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      const double exact = std::clamp(mean + factor * (before[i] - mean), 0.0, 255.0);
      REQUIRE(std::fabs(after[i] - exact) < 0.51);
    }
  }
}

TEST_CASE("a transform leaves the old image as it is, and owns the new one") {
  const auto old_image = std::make_shared<const std::vector<std::byte>>(6, std::byte{7});
  DataItem item{.owner = old_image, .bytes = *old_image};
  RandomStream random(1, "test", "drift");
  CHECK(PixelShift({2, 3}, {1, 0}).apply(item, random) == DriftEffect::kChanged);
  CHECK(old_image.use_count() == 1);
  CHECK(std::vector<std::byte>(item.bytes.begin(), item.bytes.end()) ==
        std::vector<std::byte>{{}, {}, {}, std::byte{7}, std::byte{7}, std::byte{7}});
  CHECK(*old_image == std::vector<std::byte>(6, std::byte{7}));
}
