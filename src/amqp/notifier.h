// Wakes a thread that waits for one of several things. Any thread notifies, and one waits: for this
// alone, or for its descriptor among others.
#pragma once

#include "amqp/clock.h"
#include "core/file_descriptor.h"

namespace dse {

class Notifier {
 public:
  // `clock` says how long wait_until waits; it must outlive this. Throws RunError when the system
  // has no descriptor for it.
  explicit Notifier(const Clock& clock);

  void notify() const;
  // Returns when somebody has notified since the last return, or at that time. Whether somebody
  // has.
  bool wait_until(Clock::TimePoint time) const;

  // The descriptor is readable from a notification until clear().
  int descriptor() const { return event_.number(); }
  void clear() const;

 private:
  const Clock& clock_;
  FileDescriptor event_;  // an eventfd
};

}  // namespace dse
