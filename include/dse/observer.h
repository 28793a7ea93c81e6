// Who sees everything that happens in a run: once, in order, called by the thread that decides.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dse/event_code.h"
#include "dse/index.h"
#include "dse/message.h"
#include "dse/time.h"

namespace dse {

// What the numbers in events stand for.
class RunNames {
 public:
  virtual std::string_view component(ComponentIndex component) const = 0;
  virtual std::string_view resource(ResourceIndex resource) const = 0;

 protected:
  ~RunNames() = default;
};

inline constexpr ResourceIndex kNoResource{UINT32_MAX};

// Valid during the call that hands it over; a message may be kept by its MessagePtr.
struct RunEvent {
  TimeNs time_ns = 0;
  std::uint64_t number = 0;  // counts from 1; several may happen at one number
  std::uint64_t cause = 0;   // the number of what led to it; 0: the start of the run, or it is not kept
  EventCode code = EventCode::kStarted;
  bool answer = false;                          // the message is a prediction, to be scored
  ComponentIndex component_number;              // whose doing it is, or whom it reaches
  ResourceIndex resource_number = kNoResource;  // kNoResource when it is about none
  const MessagePtr* message = nullptr;          // null when it is about none
  std::span<const ResourceIndex> queues = {};   // those that took a copy
  const RunNames& names;

  std::string_view component() const { return names.component(component_number); }
  // "" when it is about none.
  std::string_view resource() const {
    return resource_number == kNoResource ? std::string_view() : names.resource(resource_number);
  }
};

class Observer {
 public:
  virtual ~Observer() = default;

  // Must not write to the run. What it throws ends the run, and comes out of whoever drives it.
  virtual void on_event(const RunEvent& event) = 0;
};

}  // namespace dse
