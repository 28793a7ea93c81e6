#include "sim/world/scorer.h"

namespace dse {

std::optional<int> Scorer::truth(const std::string& message_id) const {
  const auto found = truth_.find(message_id);
  if (found == truth_.end()) return std::nullopt;
  return found->second;
}

void Scorer::score_answer(const RunEvent& event) {
  const Message& message = **event.message;
  const std::int64_t* label = message.headers().find_integer("label");
  if (label == nullptr) return;
  score(
      event.time_ns,
      {.component = std::string(event.component()), .message_id = message.correlation_id(), .label = *label});
}

void Scorer::score(TimeNs time_ns, const Answer& answer) {
  const std::optional<int> label = truth(answer.message_id);
  if (!label) return;
  const auto [accuracy, added] = accuracies_.try_emplace(answer.component, curve_every_ns_);
  accuracy->second.add(time_ns, answer.label == *label);
}

}  // namespace dse
