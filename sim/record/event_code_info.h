// What is known about each event code, one row each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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

// In the order of their numbers, some of which are not given to any.
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
    EventCodeInfo{.code = EventCode::kExpired, .name = "expired"},
    EventCodeInfo{.code = EventCode::kDropped, .name = "dropped"},
    EventCodeInfo{.code = EventCode::kNotAccepted, .name = "not accepted"},
    EventCodeInfo{.code = EventCode::kGivenUp, .name = "given up"},
    EventCodeInfo{.code = EventCode::kRemoved, .name = "removed"},
    EventCodeInfo{.code = EventCode::kQueueRemoved, .name = "queue removed"},
    EventCodeInfo{.code = EventCode::kDeadLettered, .name = "dead-lettered"},
    EventCodeInfo{.code = EventCode::kConfirmed, .name = "confirmed"},
    EventCodeInfo{.code = EventCode::kNacked, .name = "nacked"},
    EventCodeInfo{.code = EventCode::kFaultDue, .name = "fault due", .fingerprint = false},
    EventCodeInfo{.code = EventCode::kPurged, .name = "purged"},
    EventCodeInfo{.code = EventCode::kUnbound, .name = "unbound"},
    EventCodeInfo{.code = EventCode::kExchangeRemoved, .name = "exchange removed"},
    EventCodeInfo{.code = EventCode::kConnected, .name = "connected"},
    EventCodeInfo{.code = EventCode::kDisconnected, .name = "disconnected"},
    EventCodeInfo{.code = EventCode::kCancelled, .name = "cancelled"},
    EventCodeInfo{.code = EventCode::kStopped, .name = "stopped"},
    EventCodeInfo{.code = EventCode::kRestarted, .name = "restarted"},
    EventCodeInfo{.code = EventCode::kCheckpoint, .name = "checkpoint", .fingerprint = false}};

// The place of each number's row; behind the last one when the number is not given.
inline constexpr auto kRowsOfCodes = [] {
  std::array<std::uint8_t, static_cast<std::size_t>(kEventCodes.back().code) + 1> rows{};
  rows.fill(static_cast<std::uint8_t>(kEventCodes.size()));
  for (std::size_t row = 0; row < kEventCodes.size(); ++row)
    rows[static_cast<std::size_t>(kEventCodes[row].code)] = static_cast<std::uint8_t>(row);
  return rows;
}();

constexpr const EventCodeInfo& info_of(EventCode code) {
  return kEventCodes[kRowsOfCodes[static_cast<std::size_t>(code)]];
}
// Whether the number, which may come from anywhere, is one of a code.
constexpr bool is_event_code(std::int64_t number) {
  return number >= 0 && number < static_cast<std::int64_t>(kRowsOfCodes.size()) &&
         kRowsOfCodes[static_cast<std::size_t>(number)] < kEventCodes.size();
}

static_assert([] {
  for (std::size_t row = 1; row < kEventCodes.size(); ++row) {
    if (kEventCodes[row - 1].code >= kEventCodes[row].code) return false;
  }
  return true;
}());

}  // namespace dse
