#include "protocol/interrupt_moment.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace dse {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kMoment{300};

}  // namespace

std::function<bool()> moment_after(std::function<bool()> interrupted) {
  constexpr steady_clock::rep kNotYet = -1;
  auto noticed = std::make_shared<std::atomic<steady_clock::rep>>(kNotYet);
  return [interrupted = std::move(interrupted), noticed = std::move(noticed)] {
    if (!interrupted()) return false;
    const steady_clock::duration now = steady_clock::now().time_since_epoch();
    steady_clock::rep first = kNotYet;
    if (noticed->compare_exchange_strong(first, now.count())) first = now.count();
    return now - steady_clock::duration(first) >= kMoment;
  };
}

}  // namespace dse
