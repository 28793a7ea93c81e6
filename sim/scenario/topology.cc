#include "sim/scenario/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "sim/scenario/topology_graph.h"

namespace dse {

namespace {

// Whether a message can come into a queue otherwise than by one binding.
bool chains(const Scenario& scenario) {
  return !scenario.exchanges.empty() ||
         std::any_of(scenario.resources.begin(), scenario.resources.end(),
                     [](const auto& one) { return one.second.alternate || one.second.queue.dead_letter; });
}

// What exchanges_into returns when nothing chains; there may be thousands of resources.
std::vector<std::string> directly_into(const Scenario& scenario, const std::string& resource) {
  std::vector<std::string> exchanges = {resource};
  for (const BindingSpec& binding : scenario.bindings) {
    if (binding.to != resource) continue;
    if (std::find(exchanges.begin(), exchanges.end(), binding.from) == exchanges.end())
      exchanges.push_back(binding.from);
  }
  return exchanges;
}

}  // namespace

std::optional<std::string> alternate_of(const Scenario& scenario, const std::string& exchange) {
  if (const auto declared = scenario.exchanges.find(exchange); declared != scenario.exchanges.end())
    return declared->second.alternate;
  const auto resource = scenario.resources.find(exchange);
  return resource == scenario.resources.end() ? std::nullopt : resource->second.alternate;
}

std::set<std::string> queues_led_into(const Scenario& scenario) {
  std::set<std::string> queues;
  const auto add = [&](const std::string& name) {
    if (!scenario.exchanges.contains(name)) queues.insert(name);
  };
  for (const auto& [name, resource] : scenario.resources) {
    if (resource.alternate) add(*resource.alternate);
    if (!resource.queue.dead_letter) continue;
    const DeadLetterTarget& target = *resource.queue.dead_letter;
    if (!target.exchange.empty()) add(target.exchange);
    if (target.exchange.empty() && target.key) queues.insert(*target.key);
  }
  for (const auto& [name, exchange] : scenario.exchanges) {
    if (exchange.alternate) add(*exchange.alternate);
  }
  return queues;
}

std::set<std::string> queues_from_the_start(const Scenario& scenario) {
  std::set<std::string> queues = queues_led_into(scenario);
  for (const auto& [name, resource] : scenario.resources) {
    const QueueOptions& queue = resource.queue;
    const bool is_told = queue != QueueOptions() || resource.clients;
    if (is_told && !queue.exclusive && !queue.auto_delete) queues.insert(name);
  }
  return queues;
}

bool is_for_clients(const Scenario& scenario, const std::string& resource) {
  const auto found = scenario.resources.find(resource);
  return found != scenario.resources.end() && found->second.clients;
}

std::set<std::string> exchanges_written(const Scenario& scenario) {
  std::set<std::string> exchanges;
  for (const ComponentConfig& component : scenario.components) {
    for (std::string& written : resources_written(component)) exchanges.insert(std::move(written));
  }
  for (const auto& [name, resource] : scenario.resources) {
    if (resource.clients) exchanges.insert(name);
  }
  return exchanges;
}

std::set<std::string> queues_of(const Scenario& scenario) {
  std::set<std::string> queues = queues_from_the_start(scenario);
  for (const ComponentConfig& component : scenario.components) {
    if (auto read = resource_read(component)) queues.insert(std::move(*read));
  }
  for (const BindingSpec& binding : scenario.bindings) {
    if (binding.target == BindingTarget::kQueue) queues.insert(binding.to);
  }
  for (const auto& [name, resource] : scenario.resources) {
    if (resource.clients) queues.insert(name);
  }
  return queues;
}

bool uses_default_exchange(const Scenario& scenario) {
  return std::any_of(scenario.resources.begin(), scenario.resources.end(), [](const auto& one) {
    return one.second.queue.dead_letter && one.second.queue.dead_letter->exchange.empty();
  });
}

std::vector<std::string> exchanges_into(const Scenario& scenario, const std::string& resource) {
  if (!chains(scenario)) return directly_into(scenario, resource);
  return TopologyGraph(scenario).exchanges_into(resource);
}

std::vector<const ComponentConfig*> writers_into(const Scenario& scenario, const std::string& resource) {
  const std::vector<std::string> exchanges = exchanges_into(scenario, resource);
  std::vector<const ComponentConfig*> writers;
  for (const ComponentConfig& component : scenario.components) {
    const bool writes = std::any_of(exchanges.begin(), exchanges.end(), [&](const std::string& exchange) {
      return writes_to(component, exchange);
    });
    if (writes) writers.push_back(&component);
  }
  return writers;
}

std::vector<const ComponentConfig*> readers_of(const Scenario& scenario, const std::string& resource) {
  std::vector<const ComponentConfig*> readers;
  for (const ComponentConfig& component : scenario.components) {
    if (resource_read(component) == resource) readers.push_back(&component);
  }
  return readers;
}

}  // namespace dse
