#include "sim/conform/outcome.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "message/deaths.h"

namespace dse {
namespace {

std::string delivery_text(const SeenDelivery& delivery, bool fully) {
  std::string text = delivery.id;
  if (delivery.redelivered) text += " (again)";
  if (!fully) return text;
  text += fmt::format(" [key \"{}\", {}", delivery.key, headers_text(delivery.headers));
  if (delivery.priority) text += fmt::format(", priority {}", *delivery.priority);
  if (!delivery.expiration.empty()) text += fmt::format(", expiration {}", delivery.expiration);
  return text + "]";
}

std::string text_of(const Outcome& outcome, bool fully) {
  std::vector<std::string> parts;
  if (!outcome.settled.empty()) parts.push_back(outcome.settled + " settled");
  for (const std::string& id : outcome.returned) parts.push_back(id + " returned");
  if (outcome.confirm == Confirm::kTaken) parts.emplace_back("confirmed");
  if (outcome.confirm == Confirm::kRefused) parts.emplace_back("nacked");
  for (const auto& [stream, deliveries] : outcome.deliveries) {
    std::vector<std::string> messages;
    for (const SeenDelivery& delivery : deliveries) messages.push_back(delivery_text(delivery, fully));
    const std::string who = stream >= kFirstDrain ? "left:" : fmt::format("s{} gets", stream);
    parts.push_back(fmt::format("{} {}", who, fmt::join(messages, ", ")));
  }
  for (const auto& [queue, count] : outcome.waiting) {
    if (count != 0) parts.push_back(fmt::format("{} wait in {}", count, queue));
  }
  for (const std::string& queue : outcome.gone) parts.push_back(fmt::format("{} is gone", queue));
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

SeenDelivery seen(const MessageFields& message, bool redelivered) {
  SeenDelivery delivery{.id = message.id,
                        .redelivered = redelivered,
                        .key = message.key,
                        .headers = message.headers,
                        .priority = message.more->priority,
                        .expiration = message.more->expiration};
  const HeaderValue* deaths = message.headers.find(kDeathsHeader);
  if (deaths != nullptr) delivery.headers.set(std::string(kDeathsHeader), without_times(*deaths));
  return delivery;
}

std::string describe(const Outcome& outcome) { return text_of(outcome, false); }
std::string describe_fully(const Outcome& outcome) { return text_of(outcome, true); }

}  // namespace dse
