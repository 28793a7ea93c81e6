#include "sim/world/broker_wiring.h"

#include "sim/scenario/topology.h"

namespace dse {

void wire_broker(const Scenario& scenario, Broker& broker) {
  for (const std::string& resource : resource_names(scenario)) broker.declare(resource, 0);
  for (const auto& [name, exchange] : scenario.exchanges)
    broker.set_options(broker.declare(name, 0), exchange);
  for (const auto& [name, resource] : scenario.resources) {
    const ResourceIndex index = broker.declare(name, 0);
    if (resource.alternate) broker.set_alternate(index, *resource.alternate);
    if (resource.queue != QueueOptions()) broker.set_options(index, resource.queue);
  }
  for (const BindingSpec& binding : scenario.bindings) broker.bind_for_good(binding, 0);
  if (uses_default_exchange(scenario)) broker.declare("", 0);
  for (const std::string& queue : queues_from_the_start(scenario)) broker.make_queue(*broker.find(queue), 0);
}

}  // namespace dse
