#include "sim/conform/outcome.h"

#include <fmt/format.h>

namespace dse {

std::string describe(const Outcome& outcome) {
  std::vector<std::string> parts;
  if (!outcome.settled.empty()) parts.push_back(outcome.settled + " settled");
  for (const std::string& id : outcome.returned) parts.push_back(id + " returned");
  for (const auto& [stream, deliveries] : outcome.deliveries) {
    std::string messages;
    for (const SeenDelivery& delivery : deliveries) {
      messages += fmt::format("{}{}{}", messages.empty() ? "" : ", ", delivery.id,
                              delivery.redelivered ? " (again)" : "");
    }
    parts.push_back(stream == kDrained ? "left: " + messages : fmt::format("s{} gets {}", stream, messages));
  }
  for (const auto& [queue, count] : outcome.waiting) {
    if (count != 0) parts.push_back(fmt::format("{} wait in {}", count, queue));
  }
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace dse
