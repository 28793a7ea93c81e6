// What RabbitMQ does to a message that a queue gives up and sends to its dead-letter exchange
// (rabbit_dead_letter of 3.10), and the headers that a broker reads and writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/message.h"
#include "dse/time.h"

namespace dse {

enum class DeathReason : std::uint8_t { kRejected, kExpired, kMaxLength, kDeliveryLimit };
// As x-death says it: rejected, expired, maxlen, delivery_limit.
std::string_view name_of(DeathReason reason);

struct Death {
  DeathReason reason = DeathReason::kRejected;
  std::string_view queue;          // that gives it up
  std::string_view exchange;       // to which it was published
  std::optional<std::string> key;  // the queue's dead-letter target has it; empty: the message's own
  TimeNs time_ns = 0;
};

// The message as it is published to the dead-letter exchange: with the death in the headers x-death (the same
// queue and reason once, counted, the latest first) and x-first-death-*; without an expiration, which
// x-death keeps; and where the target has a key, with that key and without the header CC.
MessagePtr died(const Message& message, const Death& death);

// Whether a message that died, as its x-death says, has been in this queue before and was never rejected
// since: then the queue does not get it again.
bool would_cycle(const Headers& headers, std::string_view queue);

// The headers with arrays of more routing keys.
inline constexpr std::string_view kCopyKeys = "CC";
inline constexpr std::string_view kBlindCopyKeys = "BCC";

// The message's key, and those in its headers CC and BCC, by which it is routed as well.
bool has_more_keys(const Message& message);
std::vector<std::string_view> routing_keys(const Message& message);
// The message without the header BCC, whose keys nobody is to see though they stay routing keys; the message
// itself when it has none.
MessagePtr without_blind_copies(const MessagePtr& message);

// How long a message lives in a queue: the shorter of the queue's time and the message's own expiration;
// empty when there is neither.
std::optional<TimeNs> time_to_live(const Message& message, std::optional<TimeNs> of_queue_ns);

// The message with the header x-delivery-count, as a quorum queue delivers one that came back.
MessagePtr with_delivery_count(const Message& message, std::uint32_t count);

}  // namespace dse
