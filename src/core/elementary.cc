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

}  // namespace dse
