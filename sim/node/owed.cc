#include "sim/node/owed.h"

#include <set>

#include "sim/scenario/topology.h"
#include "sim/world/ledger.h"

namespace dse {

// A queue gets one copy, however many of its bindings match the message.
void Owed::note_write(const std::string& exchange, const Message& message) {
  std::set<std::string> queues;
  if (!readers_of(scenario_, exchange).empty()) queues.insert(exchange);
  for (const BindingSpec& binding : scenario_.bindings) {
    if (binding.from != exchange || queues.contains(binding.to)) continue;
    if (takes(binding, message) && !readers_of(scenario_, binding.to).empty()) queues.insert(binding.to);
  }
  for (const std::string& queue : queues) ++by_queue_[queue];
}

}  // namespace dse
