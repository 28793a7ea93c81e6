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
  kStruck = 18,  // it strikes what happens to a component; has the number of the event in which it does
  // The bus does something because the options of a queue say so; no component does it.
  kExpired = 19,       // the first message of a queue has lived its time
  kDropped = 20,       // a message has left a full queue
  kNotAccepted = 21,   // a full queue has not taken a message
  kGivenUp = 22,       // a message has come back to a queue more often than the delivery limit
  kRemoved = 23,       // a message has gone with its queue
  kQueueRemoved = 24,  // a queue that nobody used is gone
  kDeadLettered = 25,  // a message that a queue gave up was published to its dead-letter exchange
  // Something has reached a component.
  kConfirmed = 26,  // all queues have accepted a message that it wrote
  kNacked = 27,     // a queue has not accepted a message that it wrote
  kFaultDue = 28,   // the time of a planted fault has come: it begins, goes on or ends; not in fingerprints
  // A client of a listener does something, or the bus does it for the client. What it has in common with
  // components has their codes.
  kPurged = 29,           // a message was taken out of its queue, with all that waited there
  kUnbound = 30,          // a binding is removed
  kExchangeRemoved = 31,  // an exchange is gone
  kConnected = 32,        // it has logged in
  kDisconnected = 33,     // it has left, and all that it had is given up
  kCancelled = 34,        // a consumer of its has ended
  // The life of a component. The fingerprint has the first two.
  kStopped = 40,     // it has ended at the time that the scenario gives
  kRestarted = 41,   // its program starts again after a crash
  kCheckpoint = 42,  // what it has learned is kept: now, or when the message in hand is settled
};

}  // namespace dse
