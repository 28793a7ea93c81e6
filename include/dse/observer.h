// An observer sees everything that happens in a run, once and in order. The thread that decides calls it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dse/event_code.h"
#include "dse/index.h"
#include "dse/message.h"
#include "dse/time.h"

namespace dse {

// The names that the numbers in events stand for.
class RunNames {
 public:
  virtual std::string_view component(ComponentIndex component) const = 0;
  virtual std::string_view resource(ResourceIndex resource) const = 0;

 protected:
  ~RunNames() = default;
};

inline constexpr ResourceIndex kNoResource{UINT32_MAX};
inline constexpr ComponentIndex kNoComponent{UINT32_MAX};
inline constexpr std::uint32_t kNoFault = UINT32_MAX;
inline constexpr std::uint32_t kNoClientNumber = 0;

// Valid only during the call that hands it over; its message may be kept through its MessagePtr.
struct RunEvent {
  TimeNs time_ns = 0;
  std::uint64_t number = 0;  // counts from 1; several events may have one number
  std::uint64_t cause = 0;   // the number of the event that led to it; 0: the start of the run, or not kept
  EventCode code = EventCode::kStarted;
  bool answer = false;  // the message is a prediction, to be scored
  ComponentIndex
      component_number;  // that does it, or that it reaches; kNoComponent: the bus itself, or a client
  ResourceIndex resource_number = kNoResource;  // kNoResource when it concerns none
  const MessagePtr* message = nullptr;          // null when it concerns none
  std::span<const ResourceIndex> queues = {};   // the queues that took a copy
  std::uint32_t fault_number = kNoFault;        // kStruck: the fault, from 0 in the scenario's order
  // The client of a listener that does it, or that it reaches; they count from 1 as they connect.
  std::uint32_t client_number = kNoClientNumber;
  const RunNames& names;

  // "" when the bus does it by itself, or a client does it.
  std::string_view component() const {
    return component_number == kNoComponent ? std::string_view() : names.component(component_number);
  }
  // "" when it concerns no resource.
  std::string_view resource() const {
    return resource_number == kNoResource ? std::string_view() : names.resource(resource_number);
  }
};

class Observer {
 public:
  virtual ~Observer() = default;

  // Must not write to the run. An exception that it throws ends the run, and reaches the caller that drives
  // the run.
  virtual void on_event(const RunEvent& event) = 0;
};

}  // namespace dse
