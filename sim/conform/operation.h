// What a conformance case asks of a broker: one operation, as a plain value that does not depend on the
// broker. Streams have numbers that the case chooses, so that an operation keeps its meaning when others are
// removed from the case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "dse/binding.h"
#include "dse/exchange_options.h"
#include "dse/headers.h"
#include "dse/more_properties.h"
#include "dse/queue_options.h"
#include "dse/time.h"

namespace dse {

// A stream of a case: each number is opened once.
using CaseStream = std::uint32_t;

// Exchanges and queues of cases are named r or x and a digit. Where such a text is a routing key, it leads
// the default exchange to that queue; so a side that calls its queues something else changes these keys too.
bool is_resource_name(std::string_view text);

struct DeclareOperation {
  std::string resource;
  std::optional<std::string> alternate = {};  // the alternate exchange of its exchange
};
// Declares an exchange that has no queue. It comes before everything else that names the exchange.
struct ExchangeOperation {
  std::string exchange;
  ExchangeOptions options;
};
// Declares a resource's queue. It comes before everything else that makes that queue.
struct QueueOperation {
  std::string queue;
  QueueOptions options;
};
struct BindOperation {
  BindingSpec binding;
};
// The channels on which a case publishes; the first one has no confirms, the others have.
using CasePublisher = std::uint32_t;
inline constexpr CasePublisher kUnconfirmed = 0;

struct PublishOperation {
  std::string exchange;  // "": the default exchange
  std::string id;
  std::string key;
  Headers headers = {};
  bool mandatory = false;
  CasePublisher publisher = kUnconfirmed;
  std::size_t bytes = 0;  // the size of its payload
  std::optional<std::uint8_t> priority = {};
  std::string expiration = {};  // milliseconds; "" for none
};
// The properties that the message is published with.
MoreProperties more_of(const PublishOperation& publish);

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

// Time passes in steps of this length. Operations happen at the beginning of a step, and every time to live
// is some steps and a half, so that nothing is due when something is done.
inline constexpr TimeNs kStepNs = 800'000'000;
// The part of a step in which operations happen in real time, and so how much later than in virtual time
// something may be due; and the time before a step's end in which nothing may be due.
inline constexpr TimeNs kOperationsNs = 3 * kStepNs / 8;
inline constexpr TimeNs kMarginNs = kOperationsNs;

// Lets time pass to the beginning of a step that comes.
struct WaitOperation {
  std::uint32_t steps = 1;
};

using Operation =
    std::variant<DeclareOperation, ExchangeOperation, QueueOperation, BindOperation, PublishOperation,
                 OpenOperation, SettleOperation, CloseOperation, DrainOperation, WaitOperation>;

// {h = 7.0, k = "a"}: values of different types read differently.
std::string headers_text(const Headers& headers);
// One line for human readers: `publish m3 to a, key "x.y", {h = 7}, mandatory`.
std::string describe(const Operation& operation);

}  // namespace dse
