#include "core/elementary.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace dse {
namespace {

// log 2 in two parts: the high one has 21 zero bits at its end, so that its multiples below 2^21 are exact.
constexpr double kLog2High = 0x1.62e42feep-1;
constexpr double kLog2Low = 0x1.a39ef35793c76p-33;
constexpr double kLog2Inverse = 0x1.71547652b82fep+0;
constexpr double kSquareRootHalf = 0x1.6a09e667f3bcdp-1;
constexpr int kExponentBias = 1023;
constexpr int kMantissaBits = 52;

// 1/1!, 1/2! … 1/14!: a division would cost more than the rest.
constexpr std::array<double, 14> kTaylor = [] {
  std::array<double, 14> coefficients{};
  double factorial = 1;
  for (std::size_t at = 0; at < coefficients.size(); ++at) {
    factorial *= static_cast<double>(at + 1);
    coefficients[at] = 1 / factorial;
  }
  return coefficients;
}();

// 1/3, 1/5 … 1/23.
constexpr std::array<double, 11> kOddReciprocals = [] {
  std::array<double, 11> reciprocals{};
  for (std::size_t at = 0; at < reciprocals.size(); ++at) {
    reciprocals[at] = 1 / static_cast<double>(2 * at + 3);
  }
  return reciprocals;
}();

// The series of sine and cosine in x^2, by falling power: up to x^17 / 17! and x^16 / 16!.
constexpr std::array<double, 9> kSineSeries = [] {
  std::array<double, 9> coefficients{};
  double coefficient = 1;
  for (std::size_t at = 0; at < coefficients.size(); ++at) {
    coefficients[coefficients.size() - 1 - at] = coefficient;
    coefficient /= -static_cast<double>((2 * at + 2) * (2 * at + 3));
  }
  return coefficients;
}();
constexpr std::array<double, 9> kCosineSeries = [] {
  std::array<double, 9> coefficients{};
  double coefficient = 1;
  for (std::size_t at = 0; at < coefficients.size(); ++at) {
    coefficients[coefficients.size() - 1 - at] = coefficient;
    coefficient /= -static_cast<double>((2 * at + 1) * (2 * at + 2));
  }
  return coefficients;
}();
constexpr double kRadiansInDegree = 0x1.1df46a2529d39p-6;

// Cody's coefficients, by falling power. Each pair approximates one range: erf(x) / x in x^2 up to 0.46875,
// e^(x^2) erfc(x) in x up to 4, and beyond that what is left of its asymptotic series, in 1 / x^2.
constexpr double kErfNear = 0.46875;
constexpr double kErfFar = 4;
constexpr double kErfIsOne = 6;  // erfc(6) is below a half unit in the last place of 1
constexpr double kReciprocalRootPi = 0.56418958354775628695;
constexpr std::array kNearAbove = {1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2,
                                   3.77485237685302021e2, 3.20937758913846947e3};
constexpr std::array kNearBelow = {1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
                                   2.84423683343917062e3};
constexpr std::array kMiddleAbove = {2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
                                     6.61191906371416295e1,  2.98635138197400131e2,  8.81952221241769090e2,
                                     1.71204761263407058e3,  2.05107837782607147e3,  1.23033935479799725e3};
constexpr std::array kMiddleBelow = {1.0,
                                     1.57449261107098347e1,
                                     1.17693950891312499e2,
                                     5.37181101862009858e2,
                                     1.62138957456669019e3,
                                     3.29079923573345963e3,
                                     4.36261909014324716e3,
                                     3.43936767414372164e3,
                                     1.23033935480374942e3};
constexpr std::array kFarAbove = {1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
                                  1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4};
constexpr std::array kFarBelow = {1.0,
                                  2.56852019228982242e0,
                                  1.87295284992346725e0,
                                  5.27905102951428412e-1,
                                  6.05183413124413191e-2,
                                  2.33520497626869185e-3};

template <std::size_t count>
double polynomial(const std::array<double, count>& coefficients, double x) {
  double value = 0;
  for (const double coefficient : coefficients) value = value * x + coefficient;
  return value;
}

// e^(-x^2). The square is taken in two parts, because its rounding error would be multiplied by x^2.
double exponential_of_minus_square(double x) {
  const double sixteenths = std::floor(x * 16) / 16;
  return exponential(-sixteenths * sixteenths) * exponential(-(x - sixteenths) * (x + sixteenths));
}

// 1 - erf(x) for x above kErfNear.
double complement(double x) {
  if (x <= kErfFar) {
    return exponential_of_minus_square(x) * (polynomial(kMiddleAbove, x) / polynomial(kMiddleBelow, x));
  }
  const double inverse = 1 / (x * x);
  const double correction = inverse * (polynomial(kFarAbove, inverse) / polynomial(kFarBelow, inverse));
  return exponential_of_minus_square(x) * ((kReciprocalRootPi - correction) / x);
}

double power_of_two(std::int64_t exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + kExponentBias) << kMantissaBits);
}

}  // namespace

double exponential(double x) {
  if (std::isnan(x)) return x;
  if (x < -708.0) return 0.0;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  const double multiple = std::floor(x * kLog2Inverse + 0.5);
  const double rest = (x - multiple * kLog2High) - multiple * kLog2Low;  // |rest| <= log(2) / 2
  double series = 0;
  for (std::size_t at = kTaylor.size(); at-- > 0;) series = kTaylor[at] + series * rest;
  const double value = 1.0 + rest * series;
  // This takes two steps, because no double holds 2^1024.
  const auto exponent = static_cast<std::int64_t>(multiple);
  return value * power_of_two(exponent / 2) * power_of_two(exponent - exponent / 2);
}

double logarithm(double x) {
  if (x == 0.0) return -std::numeric_limits<double>::infinity();
  const auto bits = std::bit_cast<std::uint64_t>(x);
  std::int64_t exponent = static_cast<std::int64_t>(bits >> kMantissaBits) - (kExponentBias - 1);
  const std::uint64_t mantissa_mask = (std::uint64_t{1} << kMantissaBits) - 1;
  double mantissa =
      std::bit_cast<double>((bits & mantissa_mask) | (std::uint64_t{kExponentBias - 1} << kMantissaBits));
  if (mantissa < kSquareRootHalf) {
    mantissa *= 2;
    --exponent;
  }
  const double excess = mantissa - 1;
  const double ratio = excess / (2 + excess);  // |ratio| < 0.172
  const double square = ratio * ratio;
  double series = 0;
  for (std::size_t at = kOddReciprocals.size(); at-- > 0;) series = (series + kOddReciprocals[at]) * square;
  const double scale = static_cast<double>(exponent);
  // log(1 + f) = f - f (f/2) + ... keeps the leading term exact: 2r = f - r f.
  return scale * kLog2High + ((excess - ratio * (excess - 2 * series)) + scale * kLog2Low);
}

double error_function(double x) {
  if (std::isnan(x)) return x;
  const double size = std::fabs(x);
  if (size <= kErfNear) {
    const double square = x * x;
    return x * (polynomial(kNearAbove, square) / polynomial(kNearBelow, square));
  }
  return std::copysign(size < kErfIsOne ? 1 - complement(size) : 1, x);
}

double sine_of_degrees(double degrees) {
  const double within_turn = std::remainder(degrees, 360.0);  // exact, as is every difference below
  const double quarters = std::floor(within_turn / 90 + 0.5);
  const double x = (within_turn - 90 * quarters) * kRadiansInDegree;
  const auto quarter = static_cast<int>(quarters) & 3;
  const double value =
      quarter % 2 == 0 ? x * polynomial(kSineSeries, x * x) : polynomial(kCosineSeries, x * x);
  return quarter < 2 ? value : -value;
}

double cosine_of_degrees(double degrees) { return sine_of_degrees(std::remainder(degrees, 360.0) + 90); }

double normal_cumulative(double x) { return 0.5 * (1 + error_function(x * kSquareRootHalf)); }

}  // namespace dse
