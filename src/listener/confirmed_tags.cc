#include "listener/confirmed_tags.h"

#include <algorithm>

namespace dse {

bool ConfirmedTags::settle(std::uint64_t first, std::uint64_t last) {
  constexpr std::size_t kRangesMax = 64;
  if (gave_up_) return false;
  if (first <= through_ + 1) {
    through_ = std::max(through_, last);
    advance();
    return true;
  }
  const auto at = std::lower_bound(beyond_.begin(), beyond_.end(), std::pair(first, last));
  if (at != beyond_.begin() && std::prev(at)->second + 1 == first) {
    std::prev(at)->second = last;
  } else {
    beyond_.emplace(at, first, last);
  }
  if (beyond_.size() > kRangesMax) {
    gave_up_ = true;
    beyond_ = {};
  }
  return false;
}

void ConfirmedTags::advance() {
  auto range = beyond_.begin();
  for (; range != beyond_.end() && range->first <= through_ + 1; ++range)
    through_ = std::max(through_, range->second);
  beyond_.erase(beyond_.begin(), range);
}

}  // namespace dse
