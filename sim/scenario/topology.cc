#include "sim/scenario/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/counted.h"
#include "core/names.h"
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
  add_unknown_targets(scenario, warnings);
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
