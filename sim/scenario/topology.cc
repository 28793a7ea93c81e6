#include "sim/scenario/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
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
    if (queue != QueueOptions() && !queue.exclusive && !queue.auto_delete) queues.insert(name);
  }
  return queues;
}

std::set<std::string> queues_of(const Scenario& scenario) {
  std::set<std::string> queues = queues_from_the_start(scenario);
  for (const ComponentConfig& component : scenario.components) {
    if (auto read = resource_read(component)) queues.insert(std::move(*read));
  }
  for (const BindingSpec& binding : scenario.bindings) {
    if (binding.target == BindingTarget::kQueue) queues.insert(binding.to);
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

namespace {

// Whether messages leave the queue without a reader: by its options, or by their own expiration.
bool is_kept_small(const Scenario& scenario, const std::string& resource) {
  const auto found = scenario.resources.find(resource);
  if (found == scenario.resources.end()) return false;
  const QueueOptions& queue = found->second.queue;
  return queue.message_ttl_ns || queue.expires_ns || queue.max_length || queue.max_length_bytes ||
         queue.dead_letter;
}

// Options that do nothing by themselves. RabbitMQ takes them, and so they are no errors.
void add_idle_options(const std::string& name, const QueueOptions& queue,
                      std::vector<std::string>& warnings) {
  const bool limited = queue.max_length || queue.max_length_bytes;
  if (queue.overflow != Overflow::kDropHead && !limited) {
    warnings.push_back(fmt::format(
        "queue '{}' has an overflow and no limit: it needs max_length or max_length_bytes", name));
  } else if (queue.overflow == Overflow::kRejectPublishDlx && !queue.dead_letter) {
    warnings.push_back(fmt::format(
        "queue '{}' has the overflow reject-publish-dlx and no dead_letter: what it rejects is gone", name));
  }
}

// Models that are no replicas of one another and stream one queue: each learns only its share.
void add_competing_models(const Scenario& scenario, std::vector<std::string>& warnings) {
  std::map<std::string, std::set<std::string>> models;  // by resource
  for (const ComponentConfig& component : scenario.components) {
    const auto read = resource_read(component);
    if (read && component.component->learns()) models[*read].insert(component.table_name());
  }
  for (const auto& [resource, names] : models) {
    const auto options = scenario.resources.find(resource);
    const bool is_shared =
        options == scenario.resources.end() || !options->second.queue.single_active_consumer;
    if (names.size() < 2 || !is_shared) continue;
    warnings.push_back(
        fmt::format("the models {} share the queue '{}', so that each message goes to one of them: bind a "
                    "resource for each if each shall have all",
                    fmt::join(names, ", "), resource));
  }
}

}  // namespace

std::vector<std::string> topology_warnings(const Scenario& scenario) {
  const TopologyGraph graph(scenario);
  const std::set<std::string> from_the_start = queues_from_the_start(scenario);
  const std::set<std::string> led_into = queues_led_into(scenario);
  std::set<std::string> bound_from;
  for (const BindingSpec& binding : scenario.bindings) bound_from.insert(binding.from);
  std::set<std::string> reached;  // by messages that some component writes
  for (const ComponentConfig& component : scenario.components) {
    for (std::string& written : resources_written(component)) reached.insert(std::move(written));
  }
  reached.merge(graph.reached_from({.exchanges = reached}).queues);
  std::vector<std::string> warnings;
  for (const ComponentConfig& component : scenario.components) {
    if (const auto read = resource_read(component); read && !reached.contains(*read)) {
      warnings.push_back(
          fmt::format("component '{}' reads '{}', which nobody writes", component.name, *read));
    }
    for (const std::string& written : resources_written(component)) {
      if (bound_from.contains(written) || !graph.readers_of(written).empty()) continue;
      if (from_the_start.contains(written)) continue;
      warnings.push_back(
          fmt::format("component '{}' writes '{}', which nobody reads: its messages are unroutable",
                      component.name, written));
    }
  }
  for (const std::string& name : resource_names(scenario)) {
    if (alternate_of(scenario, name) == name)
      warnings.push_back(fmt::format("'{}' is its own alternate exchange, which does nothing", name));
    if (scenario.exchanges.contains(name) && !graph.is_used(name))
      warnings.push_back(fmt::format("nothing writes or binds the exchange '{}', or leads there", name));
    if (!graph.readers_of(name).empty() || is_kept_small(scenario, name)) continue;
    if (graph.is_bound(name)) {
      warnings.push_back(
          fmt::format("queue '{}' has bindings but nobody streams it: its messages will pile up", name));
    } else if (from_the_start.contains(name) && !led_into.contains(name)) {
      warnings.push_back(fmt::format("nobody streams queue '{}': its messages will pile up", name));
    }
  }
  for (const auto& [name, resource] : scenario.resources) add_idle_options(name, resource.queue, warnings);
  add_competing_models(scenario, warnings);
  for (const auto& [name, data] : scenario.data) {
    if (!scenario.named_data.contains(name))
      warnings.push_back(
          fmt::format("no component names the data set '{}': `data = \"{}\"` would", name, name));
  }
  return warnings;
}

std::vector<std::string> import_warnings(const Scenario& scenario) {
  std::vector<std::string> warnings;
  for (const ComponentConfig& component : scenario.components) {
    if (!is_import(component)) continue;
    warnings.push_back(fmt::format(
        "nothing comes from the import '{}': that takes a broker (dse attach), or a capture of an "
        "attached run (dse replay --capture)",
        component.name));
  }
  return warnings;
}

}  // namespace dse
