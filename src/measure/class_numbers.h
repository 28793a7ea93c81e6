// Numbers labels from 0 in the order in which they are first seen, so that what is kept by class has no gaps
// when labels are far apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/check.h"

namespace dse {

class ClassNumbers {
 public:
  // The number of a label of 0 … 65,535, which is given one now if it is new.
  std::uint16_t number(int label) {
    const auto at = static_cast<std::size_t>(label);
    if (at < numbers_.size() && numbers_[at] != kNone) [[likely]]
      return static_cast<std::uint16_t>(numbers_[at]);
    return give(at);
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::uint16_t give(std::size_t label) {
    DSE_CHECK(label <= UINT16_MAX, "a label of {}", label);
    if (label >= numbers_.size()) numbers_.resize(label + 1, kNone);
    numbers_[label] = next_++;
    return static_cast<std::uint16_t>(numbers_[label]);
  }

  std::vector<std::uint32_t> numbers_;  // by label
  std::uint32_t next_ = 0;
};

}  // namespace dse
