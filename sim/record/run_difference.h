// Where two recorded runs of one scenario first differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/record/event_record.h"

namespace dse {

struct RunDifference {
  // The first event in which they differ; empty when all events are the same and only something else differs.
  std::optional<std::int64_t> event;
  // What differs other than the events: "softmax had learned other things after 160 messages", or "program
  // 'p' said something else in call 3, `deliver` at 5ms". When events differ, what differed by then, if
  // anything.
  std::string what;
};

// Compares every event with its message and the queues that took it, then what the models had learned, then
// the random draws, then the fingerprints. Returns nothing when everything is the same. Components and
// resources are compared by name.
std::optional<RunDifference> find_difference(const EventRecord& a, const EventRecord& b);

// Both sides for human readers: the event, its chain of causes back to the source, the contents of the queues
// at that moment, and each model's last known state before it. Several lines; `name_a` and `name_b` say which
// run is which.
std::string describe(const RunDifference& difference, const EventRecord& a, const EventRecord& b,
                     const std::string& name_a, const std::string& name_b);

}  // namespace dse
