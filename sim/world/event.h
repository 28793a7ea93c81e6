// An event, which the scheduler orders: something that happens to one component, or its link, at
// one virtual time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dse/index.h"
#include "dse/time.h"

namespace dse {

// The numbers name the random streams of orderings, so none of them is ever reused.
enum class EventKind : std::uint32_t {
  kStart = 0,              // a component's program starts
  kBusReceives = 1,        // the next frame of a link reaches the bus
  kComponentReceives = 2,  // the next frame of a link reaches its component
  kTimer = 3,              // a component's delay is over
  kResult = 4,             // a component's computation is due
  kCrash = 5,              // a planted fault: a component dies
  kImport = 6,             // a message from outside reaches a component
  kLook = 7,               // a queue has something to do by its options; the target says nothing
  kFault = 8,              // a planted fault begins, goes on or ends
  kConnectionLost = 9,     // the bus gives up the connection of a component that a fault has cut off
  kStop = 16,              // a component is stopped
  kRestart = 17,           // a component that crashed starts again
  kCheckpoint = 18,        // what a component has learned is kept
  kClient = 19,            // a client of a listener does something; the target says nothing
};
inline constexpr std::size_t kEventKinds = static_cast<std::size_t>(EventKind::kClient) + 1;

// Among events at one time, lower values come first. Events that set up a topology are control
// events: a message written at the moment at which its queue is first streamed finds the queue,
// whatever the order of the other events. Messages handed in from outside come after everything
// else, in the order in which they were handed in, so that it does not matter how early that was.
enum class EventPriority : std::uint8_t { kControl = 0, kNormal = 1, kImport = 2 };

// An event is three words without padding, so that copying one just written does not stall.
struct Event {
  TimeNs time_ns = 0;
  std::uint64_t order = 0;  // priority in the top byte, then the sequence number
  ComponentIndex target;
  EventKind kind = EventKind::kStart;
};

}  // namespace dse
