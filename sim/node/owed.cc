#include "sim/node/owed.h"

#include "message/deaths.h"
#include "sim/scenario/topology.h"
#include "sim/world/broker_wiring.h"

namespace dse {

Owed::Owed(const Scenario& scenario) : scenario_(scenario) {
  wire_broker(scenario, broker_);
  for (const ComponentConfig& component : scenario.components) {
    const std::optional<std::string> read = resource_read(component);
    if (!read) continue;
    broker_.make_queue(*broker_.find(*read), 0);
    by_queue_.try_emplace(*read);
  }
}

void Owed::note_write(const Written& written) {
  if (is_dead_letter(written.message.headers())) return;
  const ResourceIndex exchange = broker_.declare(written.exchange, 0);
  for (const ResourceIndex index : broker_.queues_for(exchange, written.message)) {
    const auto count = by_queue_.find(broker_.name(index));
    if (count == by_queue_.end()) continue;
    ++count->second.owed;
    if (may_leave(count->first, written)) ++count->second.may_leave;
  }
}

// A publisher publishes again what a full queue rejects, until it is accepted.
bool Owed::may_leave(const std::string& queue, const Written& written) const {
  if (!written.message.expiration().empty()) return true;
  const auto found = scenario_.resources.find(queue);
  if (found == scenario_.resources.end()) return false;
  const QueueOptions& options = found->second.queue;
  if (options.message_ttl_ns || options.expires_ns || options.delivery_limit || options.auto_delete)
    return true;
  if (!options.max_length && !options.max_length_bytes) return false;
  const bool drops_heads =
      options.overflow == Overflow::kDropHead ||
      (options.type == QueueType::kQuorum && options.overflow == Overflow::kRejectPublishDlx);
  return drops_heads || written.once;
}

}  // namespace dse
