#include "learn/independent_normals.h"

#include <cstdint>
#include <cstring>

#include "core/elementary.h"
#include "learn/lanes.h"

namespace dse {
namespace {

constexpr double kLog2 = 0.69314718055994530942;
constexpr double kLogTwoPi = 1.8378770664093454836;
constexpr int kMantissaBits = 52;
constexpr std::uint64_t kExponentOfOne = 1023;

// The logarithm of a product, for the price of one logarithm: exponents are added apart, so nothing
// overflows.
class LogProduct {
 public:
  // The factors are positive, and so is their product with numbers in [1, 2), in normal numbers.
  void multiply(const DoubleLanes& factors) {
    const DoubleLanes product = mantissas_ * factors;
    LaneBits bits;
    std::memcpy(&bits, &product, sizeof bits);
    exponents_ += (bits >> kMantissaBits) - kExponentOfOne;
    bits = (bits & ((std::uint64_t{1} << kMantissaBits) - 1)) | kExponentOfOne << kMantissaBits;
    std::memcpy(&mantissas_, &bits, sizeof bits);
  }

  double log() const {
    const double product = (mantissas_[0] * mantissas_[1]) * (mantissas_[2] * mantissas_[3]);
    const std::uint64_t exponents = exponents_[0] + exponents_[1] + exponents_[2] + exponents_[3];
    return logarithm(product) + static_cast<double>(static_cast<std::int64_t>(exponents)) * kLog2;
  }

 private:
  using LaneBits = std::uint64_t __attribute__((vector_size(sizeof(DoubleLanes))));

  DoubleLanes mantissas_ = broadcast(1.0);
  LaneBits exponents_{};
};

}  // namespace

double prepare_density(std::size_t features, double* variances) {
  LogProduct product;
  for (std::size_t at = 0; at < features; at += kDoubleLanes) {
    DoubleLanes variance = greater(load(variances + at), broadcast(kVarianceFloor));
    // What is past the last feature adds log 1.
    for (std::size_t lane = features - at; lane < kDoubleLanes; ++lane) variance[lane] = 1;
    product.multiply(variance);
    store(broadcast(0.5) / variance, variances + at);
  }
  return -0.5 * (product.log() + static_cast<double>(features) * kLogTwoPi);
}

double log_density(const PreparedNormals& normals, const double* row) {
  DoubleLanes sums{};
  for (std::size_t at = 0; at < normals.features; at += kDoubleLanes) {
    const DoubleLanes deviation = load(row + at) - load(normals.means + at);
    sums += deviation * deviation * load(normals.scales + at);
  }
  return normals.constant - sum(sums);
}

}  // namespace dse
