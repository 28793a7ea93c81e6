#include "sim/node/owed.h"

#include <algorithm>
#include <set>

#include "sim/scenario/topology.h"
#include "sim/world/ledger.h"

namespace dse {

void Owed::note_bind(const BindingSpec& binding) {
  if (std::find(bound_.begin(), bound_.end(), binding) == bound_.end()) bound_.push_back(binding);
}

// A queue gets one copy, however many of its bindings match the message.
void Owed::note_write(const std::string& exchange, const Message& message) {
  std::set<std::string> queues;
  if (!readers_of(scenario_, exchange).empty()) queues.insert(exchange);
  for (const std::vector<BindingSpec>* bindings :
       {&scenario_.bindings, static_cast<const std::vector<BindingSpec>*>(&bound_)}) {
    for (const BindingSpec& binding : *bindings) {
      if (binding.from != exchange || queues.contains(binding.to)) continue;
      if (takes(binding, message) && !readers_of(scenario_, binding.to).empty()) queues.insert(binding.to);
    }
  }
  for (const std::string& queue : queues) ++by_queue_[queue];
}

}  // namespace dse
