// Wakes a thread that waits for one of several things. Any thread may notify; one thread waits,
// either for the notifier alone or for its descriptor among others.
#pragma once

#include "amqp/clock.h"
#include "core/file_descriptor.h"

namespace dse {

class Notifier {
 public:
  // wait_until goes by `clock`, which must outlive this. Throws RunError when the system has no
  // file descriptor left.
  explicit Notifier(const Clock& clock);

  void notify() const;
  // Returns true as soon as there has been a notification since the last return, and false at
  // `time`.
  bool wait_until(Clock::TimePoint time) const;

  // The descriptor is readable from a notification until the next clear().
  int descriptor() const { return event_.number(); }
  void clear() const;

 private:
  const Clock& clock_;
  FileDescriptor event_;  // an eventfd
};

}  // namespace dse
