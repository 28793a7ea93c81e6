// Numbers labels from 0 in the order in which they are first seen, so that what is kept by class has no gaps
// when labels are far apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/check.h"

namespace dse {

class ClassNumbers {
 public:
  // The number of a label of -1 … 65,535, which is given one now if it is new.
  std::uint32_t number(int label) {
    const auto at = static_cast<std::size_t>(label + 1);
    if (at < numbers_.size() && numbers_[at] != kNone) [[likely]]
      return numbers_[at];
    return give(at);
  }

  // The number of each label, from -1 on; kNone for those that were not seen.
  std::span<const std::uint32_t> by_label() const { return numbers_; }

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

 private:
  std::uint32_t give(std::size_t at) {
    DSE_CHECK(at <= UINT16_MAX + std::size_t{1}, "place {} of a label", at);
    if (at >= numbers_.size()) numbers_.resize(at + 1, kNone);
    numbers_[at] = next_++;
    return numbers_[at];
  }

  std::vector<std::uint32_t> numbers_;  // by label + 1
  std::uint32_t next_ = 0;
};

}  // namespace dse
