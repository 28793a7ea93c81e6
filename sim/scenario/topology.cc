#include "sim/scenario/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/counted.h"
#include "core/printable.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/scenario_text.h"
#include "sim/scenario/topology_graph.h"

namespace dse {

// Written so that 7 and "7" look different, and nothing breaks the line.
std::string condition_text(const std::string& name, const HeaderValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return fmt::format("{} = {}", is_bare_key(name) ? name : quoted_text(name),
                     text == nullptr ? typed_text(value) : quoted_text(*text));
}

std::string binding_text(const BindingSpec& binding) {
  std::string text = fmt::format("{} -> {}  key {}", binding.from, binding.to, binding.key);
  if (binding.headers.empty()) return text;
  std::vector<std::string> conditions;
  for (const auto& [name, value] : binding.headers) conditions.push_back(condition_text(name, value));
  return text + fmt::format("  headers {} of {{ {} }}", binding.match == HeaderMatch::kAll ? "all" : "any",
                            fmt::join(conditions, ", "));
}

namespace {

std::string names(const std::vector<const ComponentConfig*>& components) {
  std::vector<std::string> list;
  for (const ComponentConfig* component : components) list.push_back(component->name);
  return fmt::format("{}", fmt::join(list, ", "));
}

// "written by a, b and fed by bindings from x"
std::string sources_text(const TopologyGraph& graph, const std::string& resource) {
  const std::vector<const ComponentConfig*>& writers = graph.writers_of(resource);
  constexpr std::size_t kExchangesMax = 100;
  auto [exchanges, is_all] = graph.some_exchanges_into(resource, kExchangesMax);
  std::erase(exchanges, resource);
  if (!is_all) exchanges.emplace_back("others");
  if (exchanges.empty()) return "written by " + (writers.empty() ? "nobody" : names(writers));
  return fmt::format("{}fed by bindings from {}",
                     writers.empty() ? "" : "written by " + names(writers) + " and ",
                     fmt::join(exchanges, ", "));
}

// " until 3s restarts after 200ms twice at most"
std::string life_text(const LifeCycle& life) {
  std::string text;
  if (life.stop_ns) text += fmt::format(" until {}", format_duration(*life.stop_ns));
  if (life.restart) {
    text += fmt::format(" restarts after {}", format_duration(life.restart->after_ns));
    if (life.restart->times)
      text += fmt::format(", at most {}", counted(static_cast<std::uint64_t>(*life.restart->times), "time"));
  }
  if (life.checkpoint_every_ns)
    text += fmt::format(", checkpoint every {}", format_duration(*life.checkpoint_every_ns));
  return text;
}

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

// ", message_ttl 50ms, max_length 20": what is not as usual.
std::string options_text(const ResourceConfig& config) {
  const QueueOptions& queue = config.queue;
  std::vector<std::string> parts;
  const auto add = [&parts]<typename Value>(std::string_view name, const Value& value) {
    parts.push_back(fmt::format("{} {}", name, value));
  };
  if (queue.type == QueueType::kQuorum) parts.emplace_back("quorum");
  if (queue.message_ttl_ns) add("message_ttl", format_duration(*queue.message_ttl_ns));
  if (queue.expires_ns) add("expires", format_duration(*queue.expires_ns));
  if (queue.max_length) add("max_length", *queue.max_length);
  if (queue.max_length_bytes) add("max_length_bytes", *queue.max_length_bytes);
  if (queue.overflow == Overflow::kRejectPublish) parts.emplace_back("reject-publish");
  if (queue.overflow == Overflow::kRejectPublishDlx) parts.emplace_back("reject-publish-dlx");
  if (queue.delivery_limit) add("delivery_limit", *queue.delivery_limit);
  if (queue.max_priority > 0) add("max_priority", queue.max_priority);
  if (queue.single_active_consumer) parts.emplace_back("single active consumer");
  if (queue.auto_delete) parts.emplace_back("auto-delete");
  if (queue.exclusive) parts.emplace_back("exclusive");
  if (queue.dead_letter) {
    const DeadLetterTarget& target = *queue.dead_letter;
    add("dead letters to", target.exchange.empty() ? "the default exchange" : target.exchange);
    if (target.key) parts.back() += fmt::format(" (key {})", *target.key);
  }
  if (config.alternate) add("alternate", *config.alternate);
  return parts.empty() ? "" : fmt::format("; {}", fmt::join(parts, ", "));
}

std::string exchange_text(const std::string& name, const ExchangeOptions& exchange) {
  constexpr std::array<std::string_view, 4> kTypes = {"direct", "fanout", "topic", "headers"};
  std::string text =
      fmt::format("    {:<16} {} exchange", name, kTypes[static_cast<std::size_t>(exchange.type)]);
  if (exchange.alternate) text += fmt::format(", alternate {}", *exchange.alternate);
  return text + '\n';
}

}  // namespace

std::string topology_text(const Scenario& scenario) {
  std::string text = fmt::format("{}: {}\n", scenario.path, scenario.title);
  text += fmt::format("  seed {}, until {}, latency {} each way\n", scenario.seed,
                      scenario.until_ns ? format_duration(*scenario.until_ns) : "drained",
                      drawn_time_text(latency_of(scenario)));
  text += "  components\n";
  for (const ComponentConfig& component : scenario.components) {
    text += fmt::format("    {:<16} {:<18}", component.name, component.kind);
    if (const auto read = resource_read(component)) text += fmt::format(" streams {}", *read);
    const std::vector<std::string> written = resources_written(component);
    if (!written.empty()) text += fmt::format(" writes {}", fmt::join(written, ", "));
    if (component.start_ns > 0) text += fmt::format(" from {}", format_duration(component.start_ns));
    text += life_text(component.life);
    if (component.latency) text += fmt::format(" latency {}", drawn_time_text(*component.latency));
    text += '\n';
  }
  text += "  resources\n";
  const TopologyGraph graph(scenario);
  for (const std::string& resource : resource_names(scenario)) {
    const auto exchange = scenario.exchanges.find(resource);
    if (exchange != scenario.exchanges.end()) text += exchange_text(resource, exchange->second);
    const std::vector<const ComponentConfig*>& readers = graph.readers_of(resource);
    const bool has_queue =
        exchange == scenario.exchanges.end() || graph.is_bound(resource) || !readers.empty();
    if (!has_queue) continue;
    text += fmt::format("    {:<16} {}; streamed by {}", resource, sources_text(graph, resource),
                        readers.empty() ? "nobody" : names(readers));
    if (!readers.empty()) text += fmt::format(", prefetch {}", scenario.prefetch_of(resource));
    const auto options = scenario.resources.find(resource);
    if (options != scenario.resources.end()) text += options_text(options->second);
    text += '\n';
  }
  if (!scenario.bindings.empty()) text += "  bindings\n";
  for (const BindingSpec& binding : scenario.bindings) text += fmt::format("    {}\n", binding_text(binding));
  if (!scenario.drifts.empty()) text += "  drifts\n";
  for (std::size_t number = 0; number < scenario.drifts.size(); ++number) {
    const ConceptDrift& drift = scenario.drifts[number];
    text += fmt::format("    {} {}{}\n", one_line(drift_title(drift, number)), drift_times(drift),
                        drift.on ? "" : ", is off");
  }
  return text;
}

}  // namespace dse
