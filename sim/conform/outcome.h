// What followed from one operation of a conformance case, as far as a broker's users can see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dse/message.h"
#include "sim/conform/operation.h"

namespace dse {

struct SeenDelivery {
  std::string id;
  bool redelivered = false;
  std::string key = {};
  Headers headers = {};
  std::optional<std::uint8_t> priority = {};
  std::string expiration = {};
  bool operator==(const SeenDelivery&) const = default;
};

enum class Confirm { kNone, kTaken, kRefused };

struct Outcome {
  // What each stream received, in order; only streams that received something. Drained messages go to
  // kDrained.
  std::map<CaseStream, std::vector<SeenDelivery>> deliveries;
  std::string settled;                // the message that was acknowledged or rejected; "" if none was
  std::vector<std::string> returned;  // mandatory messages that no queue took
  Confirm confirm = Confirm::kNone;   // what a publisher is told
  std::map<std::string, std::size_t> waiting;  // messages in the queues that the operation could change
  std::set<std::string> gone;                  // queues that were there and are no longer
  // Whether AMQP leaves open in which order messages came into some queue: from a publisher and from a queue
  // that gave one up, or from two such queues. What follows cannot be compared then.
  bool open_order = false;
  bool operator==(const Outcome&) const = default;
};

// What is compared of a message: x-death without the times of day.
SeenDelivery seen(const MessageFields& message, bool redelivered);

inline constexpr CaseStream kDrained = UINT32_MAX;

// One line for human readers: `m1 settled; s2 gets m3, m1 (again); 2 wait in a`, or "nothing".
std::string describe(const Outcome& outcome);
// The same with each delivery's key and headers.
std::string describe_fully(const Outcome& outcome);

}  // namespace dse
