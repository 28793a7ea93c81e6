#include "listener/failed_logins.h"

#include <algorithm>

namespace dse {

std::chrono::milliseconds FailedLogins::note(const std::string& address, SessionTime now) {
  constexpr std::size_t kAddressesMax = 1024;
  constexpr std::chrono::seconds kForgottenAfter(60);
  constexpr unsigned kFree = 5;
  constexpr std::chrono::milliseconds kFirst(50);
  constexpr unsigned kDoublingsMax = 10;
  if (failures_.size() >= kAddressesMax && !failures_.contains(address)) forget_oldest();
  Failures& failures = failures_[address];
  if (now - failures.last > kForgottenAfter) failures.count = 0;
  failures.last = now;
  ++failures.count;
  if (failures.count <= kFree) return {};
  return std::min(longest_, kFirst * (1 << std::min(failures.count - kFree - 1, kDoublingsMax)));
}

void FailedLogins::forget_oldest() {
  failures_.erase(std::min_element(
      failures_.begin(), failures_.end(),
      [](const auto& one, const auto& other) { return one.second.last < other.second.last; }));
}

}  // namespace dse
