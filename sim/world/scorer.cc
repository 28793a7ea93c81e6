#include "sim/world/scorer.h"

namespace dse {

std::optional<int> Scorer::truth(const std::string& message_id) const {
  const auto found = truth_.find(message_id);
  if (found == truth_.end()) return std::nullopt;
  return found->second;
}

void Scorer::score(TimeNs time_ns, const Answer& answer) {
  const std::optional<int> label = truth(answer.message_id);
  if (!label) return;
  const auto [accuracy, added] = accuracies_.try_emplace(answer.component, curve_every_ns_);
  accuracy->second.add(time_ns, answer.label == *label);
}

}  // namespace dse
