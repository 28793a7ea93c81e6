#include "amqp/clock.h"

#include <algorithm>
#include <ctime>

namespace dse {

void RealClock::wait(std::span<pollfd> descriptors, TimePoint until) const {
  using std::chrono::nanoseconds;
  // Some times are as far away as the type allows; when ppoll() cannot wait so long, the caller
  // waits again.
  constexpr nanoseconds kLongest = std::chrono::hours(1);
  const TimePoint from = now();
  const nanoseconds left = until <= from ? nanoseconds(0) : until - kLongest > from ? kLongest : until - from;
  constexpr nanoseconds kSecond = std::chrono::seconds(1);
  const timespec timeout{.tv_sec = left / kSecond, .tv_nsec = (left % kSecond).count()};
  for (pollfd& waited : descriptors) waited.revents = 0;
  const int ready = ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr);
  if (ready > 0) return;
  for (pollfd& waited : descriptors) waited.revents = 0;  // after a signal `revents` is meaningless
}

}  // namespace dse
