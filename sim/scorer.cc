#include "sim/scorer.h"

namespace dse {

void Scorer::score(TimeNs time_ns, const Answer& answer) {
  const auto truth = truth_.find(answer.message_id);
  if (truth == truth_.end()) return;
  const auto [accuracy, added] = accuracies_.try_emplace(answer.component, curve_every_ns_);
  accuracy->second.add(time_ns, answer.label == truth->second);
}

}  // namespace dse
