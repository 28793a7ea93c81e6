#include "core/elementary.h"

#include <cmath>
#include <limits>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

// How far `value` is from `exact`, in units of exact's last place.
double last_places(double value, double exact) {
  const double unit =
      std::nextafter(std::fabs(exact), std::numeric_limits<double>::infinity()) - std::fabs(exact);
  return std::fabs(value - exact) / unit;
}

}  // namespace

TEST_CASE("exponential agrees with the C library to two units in the last place") {
  RandomStream random(1, "test", "exponential");
  for (const double range : {1e-6, 0.1, 1.0, 20.0, 700.0}) {
    for (int draw = 0; draw < 20'000; ++draw) {
      const double x = range * (2 * random.uniform() - 1);
      if (last_places(exponential(x), std::exp(x)) > 2) FAIL_CHECK("x = " << x);
    }
  }
}

TEST_CASE("exponential at its ends") {
  CHECK(exponential(0) == 1);
  CHECK(exponential(-0.0) == 1);
  CHECK(exponential(-709) == 0);
  CHECK(exponential(-std::numeric_limits<double>::infinity()) == 0);
  CHECK(last_places(exponential(709.7), std::exp(709.7)) <= 2);
  CHECK(exponential(709.8) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(exponential(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("logarithm agrees with the C library to two units in the last place") {
  RandomStream random(1, "test", "logarithm");
  for (const double exponent_range : {1e-6, 0.1, 1.0, 20.0, 700.0}) {
    for (int draw = 0; draw < 20'000; ++draw) {
      const double x = std::exp(exponent_range * (2 * random.uniform() - 1));
      if (last_places(logarithm(x), std::log(x)) > 2) FAIL_CHECK("x = " << x);
    }
  }
}

TEST_CASE("logarithm at its ends") {
  CHECK(logarithm(1) == 0);
  CHECK(logarithm(0) == -std::numeric_limits<double>::infinity());
  CHECK(last_places(logarithm(std::numeric_limits<double>::max()), 709.782712893384) <= 2);
  CHECK(last_places(logarithm(std::numeric_limits<double>::min()), -708.3964185322641) <= 2);
}

TEST_CASE("the error function agrees with the C library to six units in the last place") {
  RandomStream random(1, "test", "error function");
  // The approximation changes at 0.46875 and at 4.
  for (const double range : {1e-300, 1e-6, 0.1, 0.5, 1.0, 4.5, 7.0}) {
    for (int draw = 0; draw < 20'000; ++draw) {
      const double x = range * (2 * random.uniform() - 1);
      if (last_places(error_function(x), std::erf(x)) > 6) FAIL_CHECK("x = " << x);
    }
  }
}

TEST_CASE("the error function at its ends") {
  CHECK(error_function(0) == 0);
  CHECK(error_function(0.46875) == Approx(std::erf(0.46875)).epsilon(1e-15));
  CHECK(error_function(std::nextafter(0.46875, 1)) == Approx(std::erf(0.46875)).epsilon(1e-15));
  for (const double x : {5.99, 6.0, 1e300, std::numeric_limits<double>::infinity()}) {
    CHECK(error_function(x) == 1);
    CHECK(error_function(-x) == -1);
  }
  CHECK(std::isnan(error_function(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("the normal distribution at values of its table") {
  CHECK(normal_cumulative(0) == 0.5);
  CHECK(normal_cumulative(1) == Approx(0.841344746068543).epsilon(1e-14));
  CHECK(normal_cumulative(-1.959963984540054) == Approx(0.025).epsilon(1e-14));
  CHECK(normal_cumulative(9) == 1);
  CHECK(normal_cumulative(-9) == 0);
}

TEST_CASE("sine and cosine agree with the C library, and are exact at multiples of 90 degrees") {
  RandomStream random(1, "test", "sine");
  constexpr double kMost = 5e-16;
  for (int draw = 0; draw < 50'000; ++draw) {
    const double degrees = 720 * (random.uniform() - 0.5);
    const auto radians = static_cast<long double>(degrees) * 3.14159265358979323846264338327950288L / 180;
    if (std::fabs(sine_of_degrees(degrees) - static_cast<double>(std::sin(radians))) > kMost ||
        std::fabs(cosine_of_degrees(degrees) - static_cast<double>(std::cos(radians))) > kMost)
      FAIL_CHECK("degrees = " << degrees);
  }
  for (const int turns : {-2, 0, 1, 1000}) {
    CHECK(sine_of_degrees(360.0 * turns) == 0);
    CHECK(sine_of_degrees(360.0 * turns + 90) == 1);
    CHECK(sine_of_degrees(360.0 * turns + 180) == 0);
    CHECK(sine_of_degrees(360.0 * turns + 270) == -1);
    CHECK(cosine_of_degrees(360.0 * turns) == 1);
    CHECK(cosine_of_degrees(360.0 * turns + 90) == 0);
    CHECK(cosine_of_degrees(360.0 * turns + 180) == -1);
    CHECK(cosine_of_degrees(360.0 * turns + 270) == 0);
  }
}
