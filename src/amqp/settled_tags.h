// Up to which delivery tag everything on a channel is settled. Tags count from 1 and are settled in any
// order.
#pragma once

#include <cstdint>
#include <set>

namespace dse {

class SettledTags {
 public:
  void add(std::uint64_t tag) {
    ahead_.insert(tag);
    while (!ahead_.empty() && *ahead_.begin() <= up_to_ + 1) {
      if (*ahead_.begin() == up_to_ + 1) ++up_to_;
      ahead_.erase(ahead_.begin());
    }
  }
  // 0: not even the first one is.
  std::uint64_t up_to() const { return up_to_; }

 private:
  std::uint64_t up_to_ = 0;
  std::set<std::uint64_t> ahead_;  // settled, though an earlier one is not
};

}  // namespace dse
