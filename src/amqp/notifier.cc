#include "amqp/notifier.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "dse/error.h"

namespace dse {

Notifier::Notifier(const Clock& clock) : clock_(clock), event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw RunError(std::string("cannot make an event descriptor: ") + std::strerror(errno));
}

void Notifier::notify() const {
  const std::uint64_t one = 1;
  // Writing fails only after 2^64 notifications since the last clear().
  [[maybe_unused]] const ssize_t written = write(descriptor(), &one, sizeof one);
}

bool Notifier::wait_until(Clock::TimePoint time) const {
  std::array<pollfd, 1> waited = {pollfd{descriptor(), POLLIN, 0}};
  do {
    clock_.wait(waited, time);
  } while (waited[0].revents == 0 && clock_.now() < time);
  if (waited[0].revents == 0) return false;
  clear();
  return true;
}

void Notifier::clear() const {
  std::uint64_t times = 0;
  [[maybe_unused]] const ssize_t had = read(descriptor(), &times, sizeof times);
}

}  // namespace dse
