// Who sees everything that happens in a run: once, in order, called by the thread that decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dse/event_code.h"
#include "dse/message.h"
#include "dse/time.h"

namespace dse {

// Valid during the call that hands it over; a message may be kept by its MessagePtr.
struct RunEvent {
  TimeNs time_ns = 0;
  std::uint64_t number = 0;  // counts from 1; several may happen at one number
  EventCode code = EventCode::kStarted;
  std::string_view component;           // whose doing it is, or whom it reaches
  std::string_view resource;            // "" when it is about none
  const MessagePtr* message = nullptr;  // null when it is about none
  std::size_t copies = 0;               // queues that took one, of what was written
};

class Observer {
 public:
  virtual ~Observer() = default;

  // Must not write to the run. What it throws ends the run, and comes out of whoever drives it.
  virtual void on_event(const RunEvent& event) = 0;
};

}  // namespace dse
