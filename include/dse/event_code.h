// The one list of what can happen in a run.
#pragma once

#include <cstdint>

namespace dse {

// The numbers appear in records of events and in fingerprints: none is ever given to something else.
enum class EventCode : std::uint8_t {
  // The bus has received something from a component.
  kDeclared = 0,      // a resource is there
  kBound = 1,         // a binding is made
  kPublished = 2,     // a message was written, and a queue took it
  kUnroutable = 3,    // a message was written, and no queue took it
  kReturned = 4,      // likewise, and it goes back because it was mandatory
  kStreamed = 5,      // a queue is streamed
  kAcknowledged = 6,  // a delivery was settled
  kRejected = 7,      // a delivery was given up
  kRequeued = 8,      // a delivery went back into its queue
  kClosed = 9,        // the component has ended
  // Something has reached a component.
  kStarted = 10,      // its program starts
  kDelivered = 11,    // a message from the queue that it streams
  kRedelivered = 12,  // likewise, and not for the first time
  kCameBack = 13,     // a mandatory message that no queue took
  // A component does something by itself. Only the record of events has these: a fingerprint has only what
  // others can see.
  kTimer = 14,     // a delay is over
  kResult = 15,    // a computation is done
  kCrashed = 16,   // a planted fault has ended it; the fingerprint has this one
  kHandedIn = 17,  // a message has come to it from outside
  // A planted fault. What it does shows in what others see, so fingerprints have none of these.
  kStruck = 18,    // it strikes what happens to a component; has the number of the event in which it does
  kFaultDue = 19,  // its time has come: it begins, goes on or ends
};

}  // namespace dse
