// Something that goes wrong with one component, planted to see how the others cope and whether expectations
// notice. Each fault draws from a random stream of its own; a component without faults pays nothing.
//
//   lose       a message that it writes vanishes on its way to the bus
//   duplicate  a message is sent twice, with the same id
//   swap       a message is held back until the next one is written, and sent after it; what is still held
//              when the program ends is sent then
//   mislabel   the header `label` of a message is changed to (label + 1) mod classes; the key stays. Messages
//              without an integer label are not touched, and not counted
//   mute       an acknowledgement vanishes on its way to the bus
//   crash      the component dies: at a time, before everything else of that time; or as a handler would
//              begin, which then does not
//   delay      a message takes longer to the bus, and with it all that the component sends after it: a
//              connection keeps its order
//   reorder    a message is overtaken by later ones of the component: by up to so many, or by those of some
//              time; what is still held when the program ends is sent then
//   slow       a delay or a computation of a component that streams takes longer, by a factor
//   corrupt    bits of a message's payload are flipped; its id stays. Messages without a payload do not count
//   pause      the process stops for a time, and goes on: nothing reaches it, and its times are over
//              only then
//   partition  the component is cut from the bus for a time. When that is less than two heartbeats, all
//              waits, in both directions, and arrives in the end. Otherwise the connection is lost: after two
//              heartbeats the bus requeues what the component has not settled, and the component forgets
//              what waits in its inbox; in the end it connects again, sends again what was not confirmed,
//              and opens its stream again
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dse/drawn_time.h"
#include "dse/time.h"

namespace dse {

enum class FaultKind {
  kLose,
  kDuplicate,
  kSwap,
  kMislabel,
  kMute,
  kCrash,
  kDelay,
  kReorder,
  kSlow,
  kCorrupt,
  kPause,
  kPartition
};

// So many of so many; 0 <= count <= of, of > 0.
struct Probability {
  std::int64_t count = 1;
  std::int64_t of = 1;

  bool operator==(const Probability&) const = default;
};

// Positive.
struct Factor {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;

  bool operator==(const Factor&) const = default;
};

// What a fault strikes is a message, an acknowledgement, a delay; kCrash, kPause and kPartition either strike
// once, at a time, or strike messages whose handler is about to begin.
struct Fault {
  FaultKind kind = FaultKind::kLose;
  std::string component = {};
  std::int64_t every = 1;                       // it strikes one in this many
  std::optional<std::int64_t> limit = {};       // at most this many times
  TimeNs from_ns = 0;                           // not before
  std::optional<std::int64_t> classes = {};     // for kMislabel: labels are below it; else from the data
  std::optional<TimeNs> at_ns = {};             // for kCrash, kPause and kPartition: when, once
  std::optional<TimeNs> until_ns = {};          // not from then on
  std::optional<Probability> probability = {};  // each by itself; then `every` is 1
  std::string name = {};                        // for expectations and reports; "" if it has none
  bool on = true;                               // false: it never strikes, as if it were not there
  DrawnTime time = {};                          // for kDelay: how much longer; kPause, kPartition: how long
  std::int64_t window = 0;                      // for kReorder: at most so many overtake; 0: by `within_ns`
  TimeNs within_ns = 0;                         // for kReorder: it is held back for at most this long
  Factor factor = {};                           // for kSlow
  std::int64_t bits = 1;                        // for kCorrupt: how many are flipped
};

// Whether it strikes what passes between a component and the bus, or the component's times: not the process
// or the connection as a whole.
inline bool is_of_link(FaultKind kind) {
  return kind != FaultKind::kCrash && kind != FaultKind::kPause && kind != FaultKind::kPartition;
}
// Whether it strikes messages whose handler is about to begin.
inline bool strikes_handlers(const Fault& fault) { return !is_of_link(fault.kind) && !fault.at_ns; }

}  // namespace dse
