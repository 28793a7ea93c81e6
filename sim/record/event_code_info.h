// What is known about each event code, one row each.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "dse/event_code.h"

namespace dse {

struct EventCodeInfo {
  EventCode code;
  std::string_view name;    // in records of events
  bool of_bus = false;      // the bus has received something from a component
  bool declares = false;    // a resource may have been made by it
  bool moves = false;       // an of_bus event that changes how full the queue it names is
  bool fingerprint = true;  // others can see it; what a component does by itself shows only in what it writes
};

// Indexed by the code's number.
inline constexpr std::array kEventCodes = {
    EventCodeInfo{.code = EventCode::kDeclared, .name = "declared", .of_bus = true, .declares = true},
    EventCodeInfo{.code = EventCode::kBound, .name = "bound", .of_bus = true, .declares = true},
    EventCodeInfo{.code = EventCode::kPublished, .name = "published", .of_bus = true},
    EventCodeInfo{.code = EventCode::kUnroutable, .name = "unroutable", .of_bus = true},
    EventCodeInfo{.code = EventCode::kReturned, .name = "returned", .of_bus = true},
    EventCodeInfo{.code = EventCode::kStreamed, .name = "streamed", .of_bus = true, .moves = true},
    EventCodeInfo{.code = EventCode::kAcknowledged, .name = "acknowledged", .of_bus = true, .moves = true},
    EventCodeInfo{.code = EventCode::kRejected, .name = "rejected", .of_bus = true, .moves = true},
    EventCodeInfo{.code = EventCode::kRequeued, .name = "requeued", .of_bus = true, .moves = true},
    EventCodeInfo{.code = EventCode::kClosed, .name = "closed", .of_bus = true},
    EventCodeInfo{.code = EventCode::kStarted, .name = "started"},
    EventCodeInfo{.code = EventCode::kDelivered, .name = "delivered"},
    EventCodeInfo{.code = EventCode::kRedelivered, .name = "redelivered"},
    EventCodeInfo{.code = EventCode::kCameBack, .name = "came back"},
    EventCodeInfo{.code = EventCode::kTimer, .name = "timer", .fingerprint = false},
    EventCodeInfo{.code = EventCode::kResult, .name = "result", .fingerprint = false},
    EventCodeInfo{.code = EventCode::kCrashed, .name = "crashed"},
    EventCodeInfo{.code = EventCode::kHandedIn, .name = "handed in", .fingerprint = false},
    EventCodeInfo{.code = EventCode::kStruck, .name = "struck", .fingerprint = false},
    EventCodeInfo{.code = EventCode::kFaultDue, .name = "fault due", .fingerprint = false}};

constexpr const EventCodeInfo& info_of(EventCode code) { return kEventCodes[static_cast<std::size_t>(code)]; }

static_assert([] {
  for (std::size_t number = 0; number < kEventCodes.size(); ++number) {
    if (static_cast<std::size_t>(kEventCodes[number].code) != number) return false;
  }
  return true;
}());

}  // namespace dse
