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
  // streams of their own.
  std::map<CaseStream, std::vector<SeenDelivery>> deliveries;
  std::string settled;                // the message that was acknowledged or rejected; "" if none was
  std::vector<std::string> returned;  // mandatory messages that no queue took
  Confirm confirm = Confirm::kNone;   // what a publisher is told
  std::map<std::string, std::size_t> waiting;  // messages in the queues that the operation could change
  std::set<std::string> gone;                  // queues that were there and are no longer
  // Whether it is left open what must follow: copies came into some queue from a publisher and from a queue
  // that gave one up, or from two such queues, in either order; or something is due so close to the beginning
  // of a step that real time may have it in another one. What follows cannot be compared then.
  bool undetermined = false;
  bool operator==(const Outcome&) const = default;
};

// What is compared of a message: x-death without the times of day.
SeenDelivery seen(const MessageFields& message, bool redelivered);

// Each drain operation opens a stream, numbered from here.
inline constexpr CaseStream kFirstDrain = 1U << 31U;

// One line for human readers: `m1 settled; s2 gets m3, m1 (again); 2 wait in a`, or "nothing".
std::string describe(const Outcome& outcome);
// The same with each delivery's key and headers.
std::string describe_fully(const Outcome& outcome);

}  // namespace dse
