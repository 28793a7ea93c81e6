// What a conformance case asks of a broker: one operation, as a plain value that does not depend on the
// broker. Streams have numbers that the case chooses, so that an operation keeps its meaning when others are
// removed from the case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "dse/binding.h"
#include "dse/headers.h"

namespace dse {

// A stream of a case: each number is opened once.
using CaseStream = std::uint32_t;

struct DeclareOperation {
  std::string resource;
};
struct BindOperation {
  BindingSpec binding;
};
struct PublishOperation {
  std::string resource;
  std::string id;
  std::string key;
  Headers headers;
  bool mandatory = false;
};
struct OpenOperation {
  CaseStream stream = 0;
  std::string resource;
  std::uint16_t prefetch = 0;  // 0: no limit
};
enum class SettleHow { kAcknowledge, kReject, kRequeue };
// Settles one of the stream's unsettled deliveries: the one `which` places after the first, wrapping around.
// Nothing happens when there is none.
struct SettleOperation {
  CaseStream stream = 0;
  std::size_t which = 0;
  SettleHow how = SettleHow::kAcknowledge;
};
// Nothing happens when the stream is not open.
struct CloseOperation {
  CaseStream stream = 0;
};
// Takes everything that waits in a queue. Each case ends with one for each of its queues.
struct DrainOperation {
  std::string resource;
};

using Operation = std::variant<DeclareOperation, BindOperation, PublishOperation, OpenOperation,
                               SettleOperation, CloseOperation, DrainOperation>;

// One line for human readers: `publish m3 to a, key "x.y", {h = 7}, mandatory`.
std::string describe(const Operation& operation);

}  // namespace dse
