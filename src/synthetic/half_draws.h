// Uniform numbers of 32 bits, two from each draw of a random stream. It lives as long as one row, so that
// nothing is left over for the next.
#pragma once

#include <cstdint>

#include "dse/random.h"

namespace dse {

class HalfDraws {
 public:
  explicit HalfDraws(RandomStream& random) : random_(random) {}

  // Uniform in [0, 1): a multiple of 2^-24, which a float holds exactly.
  double unit() { return static_cast<double>(next() >> 8) * 0x1.0p-24; }
  // Uniform in [least, most), apart from the rounding to a float: the nearest one may be `most` itself.
  double between(double least, double most) {
    return static_cast<double>(static_cast<float>(least + (most - least) * unit()));
  }
  // True with this probability, to 2^-32: never for 0, always for 1.
  bool happens(double probability) { return static_cast<double>(next()) * 0x1.0p-32 < probability; }

 private:
  std::uint32_t next() {
    has_half_ = !has_half_;
    if (!has_half_) return static_cast<std::uint32_t>(both_ >> 32);
    both_ = random_.next_u64();
    return static_cast<std::uint32_t>(both_);
  }

  RandomStream& random_;
  std::uint64_t both_ = 0;
  bool has_half_ = false;
};

}  // namespace dse
