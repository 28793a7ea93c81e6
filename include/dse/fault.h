// Something that goes wrong with one component, planted to see how the others cope and whether expectations
// notice. No fault draws random numbers; a component without faults pays nothing.
//
//   lose       a message that it writes vanishes on its way to the bus
//   duplicate  a message is sent twice, with the same id
//   swap       a message is held back until the next one is written, and sent after it; what is still held
//              when the program ends is sent then
//   mislabel   the header `label` of a message is changed to (label + 1) mod classes; the key stays. Messages
//              without an integer label are not touched, and not counted
//   mute       an acknowledgement vanishes on its way to the bus
//   crash      the component dies, before everything else of that time
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dse/time.h"

namespace dse {

enum class FaultKind { kLose, kDuplicate, kSwap, kMislabel, kMute, kCrash };

struct Fault {
  FaultKind kind = FaultKind::kLose;
  std::string component = {};
  std::int64_t every = 1;                    // it strikes one in this many
  std::optional<std::int64_t> limit = {};    // at most this many times
  TimeNs from_ns = 0;                        // not before
  std::optional<std::int64_t> classes = {};  // for kMislabel: labels are below it; else from the data
  TimeNs at_ns = 0;                          // for kCrash: when
};

}  // namespace dse
