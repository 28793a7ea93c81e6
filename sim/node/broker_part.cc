#include "sim/node/broker_part.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/scenario/topology.h"
#include "sim/scenario/topology_graph.h"

namespace dse {
namespace {

// Whether the queue gives messages up to the queue that their own key names.
bool may_fill_any(const Scenario& scenario, const std::string& queue) {
  const auto resource = scenario.resources.find(queue);
  if (resource == scenario.resources.end() || !resource->second.queue.dead_letter) return false;
  const DeadLetterTarget& target = *resource->second.queue.dead_letter;
  return target.exchange.empty() && !target.key;
}

// The ways of messages that the component writes, and of those that its queue gives up.
TopologyGraph::Names ways_of(const Scenario& scenario, const ComponentConfig& component) {
  const TopologyGraph graph(scenario);
  const std::set<std::string> queues = queues_of(scenario);
  TopologyGraph::Names begin;
  if (const std::optional<std::string> read = resource_read(component)) begin.queues.insert(*read);
  for (const std::string& written : resources_written(component)) begin.exchanges.insert(written);
  TopologyGraph::Names ways = graph.reached_from(begin);
  const bool any = std::any_of(ways.queues.begin(), ways.queues.end(),
                               [&](const std::string& queue) { return may_fill_any(scenario, queue); });
  if (any) ways = graph.reached_from({.queues = queues, .exchanges = ways.exchanges});
  std::erase_if(ways.queues, [&](const std::string& queue) { return !queues.contains(queue); });
  return ways;
}

// What leads into a queue: the exchanges, over alternates as well, and the queue itself.
class WaysInto {
 public:
  WaysInto(const Scenario& scenario, const std::string& queue) {
    std::vector<std::pair<BindingTarget, std::string>> next = {{BindingTarget::kQueue, queue}};
    if (!scenario.exchanges.contains(queue)) next.emplace_back(BindingTarget::kExchange, queue);
    const std::vector<std::string> names = resource_names(scenario);
    while (!next.empty()) {
      const auto [target, name] = next.back();
      next.pop_back();
      if (!ends_.emplace(target, name).second) continue;
      for (const BindingSpec& binding : scenario.bindings) {
        if (is_end(binding, target, name)) next.emplace_back(BindingTarget::kExchange, binding.from);
      }
      if (target == BindingTarget::kQueue) continue;
      for (const std::string& other : names) {
        if (alternate_of(scenario, other) == name) next.emplace_back(BindingTarget::kExchange, other);
      }
    }
  }

  bool hold(const BindingSpec& binding) const { return ends_.contains({binding.target, binding.to}); }
  const std::set<std::pair<BindingTarget, std::string>>& ends() const { return ends_; }

 private:
  static bool is_end(const BindingSpec& binding, BindingTarget target, const std::string& name) {
    return binding.target == target && binding.to == name;
  }

  std::set<std::pair<BindingTarget, std::string>> ends_;
};

}  // namespace

BrokerPart part_of(const Scenario& scenario, const ComponentConfig& component) {
  TopologyGraph::Names ways = ways_of(scenario, component);
  const std::set<std::string> led_from = ways.exchanges;
  std::optional<WaysInto> into;
  if (const std::optional<std::string> read = resource_read(component)) into.emplace(scenario, *read);
  BrokerPart part{.exchanges = std::move(ways.exchanges), .queues = std::move(ways.queues)};
  for (const BindingSpec& binding : scenario.bindings) {
    if (led_from.contains(binding.from) || (into && into->hold(binding))) part.bindings.push_back(binding);
  }
  if (!into) return part;
  for (const auto& [target, name] : into->ends())
    (target == BindingTarget::kQueue ? part.queues : part.exchanges).insert(name);
  return part;
}

BrokerPart own_part_of(const ComponentConfig& component) {
  BrokerPart part;
  for (const std::string& written : resources_written(component)) part.exchanges.insert(written);
  if (const std::optional<std::string> read = resource_read(component)) part.queues.insert(*read);
  return part;
}

BrokerPart whole_of(const Scenario& scenario) {
  const std::vector<std::string> names = resource_names(scenario);
  return {.exchanges = {names.begin(), names.end()},
          .queues = queues_of(scenario),
          .bindings = scenario.bindings};
}

Declarations declarations_of(const Scenario& scenario) {
  Declarations declarations;
  for (const auto& [name, exchange] : scenario.exchanges) declarations.set_exchange(name, exchange);
  for (const auto& [name, resource] : scenario.resources) {
    declarations.set_queue(name, resource.queue);
    if (resource.alternate) declarations.set_alternate(name, *resource.alternate);
  }
  return declarations;
}

SetUp assertions_of(BrokerPart part, Declarations declarations) {
  return [part = std::move(part), declarations = std::move(declarations)](Connection& connection,
                                                                          ChannelNumber channel) {
    for (const std::string& exchange : part.exchanges)
      declarations.assert_exchange(connection, channel, exchange);
    for (const std::string& queue : part.queues) declarations.assert_queue(connection, channel, queue);
    for (const BindingSpec& binding : part.bindings) declarations.bind(connection, channel, binding);
  };
}

}  // namespace dse
