// What followed from one operation of a conformance case, as far as a broker's users can see it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "sim/conform/operation.h"

namespace dse {

struct SeenDelivery {
  std::string id;
  bool redelivered = false;
  bool operator==(const SeenDelivery&) const = default;
};

struct Outcome {
  // What each stream received, in order; only streams that received something. Drained messages go to
  // kDrained.
  std::map<CaseStream, std::vector<SeenDelivery>> deliveries;
  std::string settled;                // the message that was acknowledged or rejected; "" if none was
  std::vector<std::string> returned;  // mandatory messages that no queue took
  std::map<std::string, std::size_t> waiting;  // messages in the queues that the operation could change
  bool operator==(const Outcome&) const = default;
};

inline constexpr CaseStream kDrained = UINT32_MAX;

// One line for human readers: `m1 settled; s2 gets m3, m1 (again); 2 wait in a`, or "nothing".
std::string describe(const Outcome& outcome);

}  // namespace dse
