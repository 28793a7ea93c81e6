#include "sim/scenario/topology_warnings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <utility>
#include <variant>

#include "core/names.h"
#include "core/printable.h"
#include "sim/scenario/component_access.h"
#include "sim/scenario/scenario_text.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_graph.h"

namespace dse {
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

// Patterns that a direct exchange takes for a key like any other.
void add_literal_patterns(const Scenario& scenario, std::vector<std::string>& warnings) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const BindingSpec& binding : scenario.bindings) {
    const auto exchange = scenario.exchanges.find(binding.from);
    if (exchange == scenario.exchanges.end() || exchange->second.type != ExchangeType::kDirect) continue;
    const std::string words = '.' + binding.key + '.';
    const bool is_pattern = words.find(".#.") != std::string::npos || words.find(".*.") != std::string::npos;
    if (!is_pattern || !seen.emplace(binding.from, binding.key).second) continue;
    warnings.push_back(fmt::format(
        "the direct exchange '{}' takes the key '{}' of a binding for itself, and not for a pattern",
        binding.from, binding.key));
  }
}

// The resources and exchanges that anything names but dead letters and alternates: their own tables and the
// expectations of them as well.
std::set<std::string> names_in_use(const Scenario& scenario) {
  std::set<std::string> names;
  for (const auto& [name, resource] : scenario.resources) names.insert(name);
  for (const auto& [name, exchange] : scenario.exchanges) names.insert(name);
  for (const BindingSpec& binding : scenario.bindings) names.insert({binding.from, binding.to});
  for (const ComponentConfig& component : scenario.components) {
    if (const auto read = resource_read(component)) names.insert(*read);
    for (const std::string& written : resources_written(component)) names.insert(written);
  }
  for (const Expectation& expectation : scenario.expectations) {
    if (const auto* metric = std::get_if<MetricExpectation>(&expectation.what))
      names.insert(metric->metric.substr(0, metric->metric.rfind('.')));
    if (const auto* delivery = std::get_if<DeliveryExpectation>(&expectation.what))
      names.insert(delivery->resource);
  }
  return names;
}

// Dead letters and alternates to a name that is nowhere else, which is probably a typing error. Messages may
// rest in a queue that nobody reads, but then something should say that they shall.
void add_unknown_targets(const Scenario& scenario, std::vector<std::string>& warnings) {
  const std::set<std::string> in_use = names_in_use(scenario);
  const std::vector<std::string> known(in_use.begin(), in_use.end());
  const auto check = [&](const std::string& what, const std::string& target) {
    if (in_use.contains(target)) return;
    const std::string nearest = nearest_name(target, known);
    const std::string key = is_bare_key(target) ? target : quoted_text(target);
    warnings.push_back(fmt::format(
        "{} '{}', which nothing else names: {}", what, target,
        nearest.empty() ? fmt::format("[resource.{}] would say that messages shall rest there", key)
                        : fmt::format("is '{}' meant?", nearest)));
  };
  for (const auto& [name, resource] : scenario.resources) {
    if (resource.alternate)
      check(fmt::format("the alternate exchange of '{}' is", name), *resource.alternate);
    if (!resource.queue.dead_letter) continue;
    const auto& [exchange, key] = *resource.queue.dead_letter;
    if (exchange.empty() && !key) continue;
    check(fmt::format("the dead letters of '{}' go to", name), exchange.empty() ? *key : exchange);
  }
  for (const auto& [name, exchange] : scenario.exchanges) {
    if (exchange.alternate)
      check(fmt::format("the alternate exchange of '{}' is", name), *exchange.alternate);
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
  std::set<std::string> reached = exchanges_written(scenario);  // and what their messages can come to
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
    if (!graph.readers_of(name).empty() || is_for_clients(scenario, name) || is_kept_small(scenario, name))
      continue;
    if (graph.is_bound(name)) {
      warnings.push_back(
          fmt::format("queue '{}' has bindings but nobody streams it: its messages will pile up", name));
    } else if (from_the_start.contains(name) && !led_into.contains(name)) {
      warnings.push_back(fmt::format("nobody streams queue '{}': its messages will pile up", name));
    }
  }
  for (const auto& [name, resource] : scenario.resources) add_idle_options(name, resource.queue, warnings);
  add_literal_patterns(scenario, warnings);
  add_unknown_targets(scenario, warnings);
  add_competing_models(scenario, warnings);
  for (const auto& [name, data] : scenario.data) {
    if (!scenario.named_data.contains(name))
      warnings.push_back(
          fmt::format("no component names the data set '{}': `data = \"{}\"` would", name, name));
  }
  for (std::string& warning : access_warnings(scenario)) warnings.push_back(std::move(warning));
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
