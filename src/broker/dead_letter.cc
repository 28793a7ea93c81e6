#include "broker/dead_letter.h"

#include <algorithm>

namespace dse {

std::string_view name_of(DeathReason reason) {
  switch (reason) {
    case DeathReason::kRejected:
      return "rejected";
    case DeathReason::kExpired:
      return "expired";
    case DeathReason::kMaxLength:
      return "maxlen";
    case DeathReason::kDeliveryLimit:
      break;
  }
  return "delivery_limit";
}

MessagePtr died(const Message& message, const Death& death) {
  MessageFields fields = message.fields();
  if (death.key) fields.key = *death.key;
  return make_message(std::move(fields));
}

bool would_cycle(const Headers&, std::string_view) { return false; }

bool has_more_keys(const Message& message) {
  return message.headers().find("CC") != nullptr || message.headers().find("BCC") != nullptr;
}

std::vector<std::string_view> routing_keys(const Message& message) { return {message.key()}; }

MessagePtr without_blind_copies(const MessagePtr& message) { return message; }

std::optional<std::uint8_t> priority_of(const Message&) { return std::nullopt; }
bool has_expiration(const Message&) { return false; }

std::optional<TimeNs> time_to_live(const Message&, std::optional<TimeNs> of_queue_ns) { return of_queue_ns; }

MessagePtr with_delivery_count(const Message& message, std::uint32_t count) {
  MessageFields fields = message.fields();
  fields.headers.set("x-delivery-count", std::int64_t{count});
  return make_message(std::move(fields));
}

}  // namespace dse
