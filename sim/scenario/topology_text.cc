// The topology for human readers: a tree for each exchange, from who writes it to who streams its queues.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/counted.h"
#include "core/printable.h"
#include "core/readable.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/scenario_text.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_graph.h"
#include "sim/scenario/tree_text.h"

namespace dse {

// Written so that 7 and "7" look different, and nothing breaks the line.
std::string condition_text(const std::string& name, const HeaderValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return fmt::format("{} = {}", is_bare_key(name) ? name : quoted_text(name),
                     text == nullptr ? typed_text(value) : quoted_text(*text));
}

std::string conditions_text(const BindingSpec& binding) {
  std::string text = "key " + printable_word(binding.key);
  if (binding.headers.empty()) return text;
  std::vector<std::string> conditions;
  for (const auto& [name, value] : binding.headers) conditions.push_back(condition_text(name, value));
  return text + fmt::format("  headers {} of {{ {} }}", binding.match == HeaderMatch::kAll ? "all" : "any",
                            fmt::join(conditions, ", "));
}

std::string binding_text(const BindingSpec& binding) {
  return fmt::format("{} -> {}  {}", binding.from, binding.to, conditions_text(binding));
}

namespace {

constexpr TreeStyle kTopologyStyle{.width = 80, .indent = 2};

using ComponentList = std::vector<const ComponentConfig*>;

// Replicas of one component stand together: "model (3 replicas)".
std::string names_text(const ComponentList& components) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < components.size();) {
    const std::string& table = components[at]->table_name();
    std::size_t end = at + 1;
    while (end < components.size() && components[end]->table_name() == table) ++end;
    names.push_back(end - at == 1 ? components[at]->name : fmt::format("{} ({} replicas)", table, end - at));
    at = end;
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// "until 3s restarts after 200ms, at most 2 times"
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

// What of a queue is not as usual.
std::vector<std::string> options_of(const QueueOptions& queue) {
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
  return parts;
}

// Draws a scenario's topology.
class TopologyTrees {
 public:
  explicit TopologyTrees(const Scenario& scenario)
      : scenario_(scenario),
        graph_(scenario),
        queues_(queues_of(scenario)),
        reached_(graph_.reached_from({.exchanges = exchanges_written(scenario)})) {
    for (const BindingSpec& binding : scenario.bindings) bindings_[binding.from].push_back(&binding);
    for (const std::string& name : resource_names(scenario)) {
      if (const std::optional<std::string> alternate = alternate_of(scenario, name)) fed_.insert(*alternate);
    }
    for (const auto& [name, resource] : scenario.resources) {
      if (resource.queue.dead_letter) fed_.insert(resource.queue.dead_letter->exchange);
    }
  }

  // One for each exchange that somebody writes or that leads somewhere, the written ones first; then what
  // nothing reaches.
  std::string text() {
    std::vector<std::string> names;
    std::set<std::string> seen;
    const auto add = [&](const std::string& name) {
      if (seen.insert(name).second) names.push_back(name);
    };
    for (const ComponentConfig& component : scenario_.components) {
      for (const std::string& written : resources_written(component)) add(written);
    }
    for (const auto& [name, resource] : scenario_.resources) {
      if (resource.clients) add(name);
    }
    for (const BindingSpec& binding : scenario_.bindings) add(binding.from);
    for (const std::string& name : resource_names(scenario_)) {
      if (has_tree(name)) add(name);
    }
    std::string text;
    for (const std::string& name : names) text += tree_text(tree_of(name), kTopologyStyle) + "\n";
    return text;
  }

 private:
  // Whether the exchange, which nobody writes and which has no bindings, is worth a tree.
  bool has_tree(const std::string& name) const {
    if (scenario_.exchanges.contains(name) || fed_.contains(name)) return true;
    return queues_.contains(name) && !graph_.is_bound(name) && !reached_.queues.contains(name);
  }

  TextTree tree_of(const std::string& name) {
    TextTree tree{.text = exchange_text(name)};
    if (queues_.contains(name) && !scenario_.exchanges.contains(name))
      tree.children.push_back(queue_tree(name, ""));
    for (const BindingSpec* binding : bindings_[name]) {
      const std::string conditions = conditions_text(*binding) + " → ";
      if (binding->target == BindingTarget::kExchange)
        tree.children.push_back({conditions + "exchange " + binding->to});
      else
        tree.children.push_back(queue_tree(binding->to, conditions));
    }
    if (const std::optional<std::string> alternate = alternate_of(scenario_, name))
      tree.children.push_back({"what nothing takes → exchange " + *alternate});
    if (tree.children.empty())
      tree.children.push_back({"nowhere: nothing is bound to it, and nobody streams it"});
    return tree;
  }

  std::string exchange_text(const std::string& name) const {
    const std::string writers = users_text(graph_.writers_of(name), name);
    std::string text = writers.empty() ? "" : writers + " → ";
    text += "exchange " + name;
    const auto declared = scenario_.exchanges.find(name);
    if (declared != scenario_.exchanges.end()) {
      text += fmt::format(" ({})", name_of(declared->second.type));
    }
    if (!reached_.exchanges.contains(name)) text += ": unreached, nobody writes it";
    return text;
  }

  // These components, and clients where the resource is for them.
  std::string users_text(const ComponentList& components, const std::string& resource) const {
    const std::string names = components.empty() ? "" : names_text(components);
    if (!is_for_clients(scenario_, resource)) return names;
    return names.empty() ? "clients" : names + " and clients";
  }

  // A queue says what it is where it is named first.
  TextTree queue_tree(const std::string& name, const std::string& before) {
    const std::string readers = users_text(graph_.readers_of(name), name);
    TextTree tree{.text = before + "queue " + name};
    const bool is_new = told_.insert(name).second;
    if (is_new) tree.text += queue_options_text(name);
    tree.text += readers.empty() ? ", which nobody streams" : " → " + readers;
    const auto config = scenario_.resources.find(name);
    if (!is_new || config == scenario_.resources.end() || !config->second.queue.dead_letter) return tree;
    const DeadLetterTarget& target = *config->second.queue.dead_letter;
    const std::string key = target.key ? fmt::format(" (key {})", printable_word(*target.key)) : "";
    tree.children.push_back(
        {"dead letters → " +
         (target.exchange.empty() ? "the default exchange" : "exchange " + target.exchange) + key});
    return tree;
  }

  std::string queue_options_text(const std::string& name) const {
    const auto config = scenario_.resources.find(name);
    if (config == scenario_.resources.end()) return "";
    std::vector<std::string> parts = options_of(config->second.queue);
    if (config->second.prefetch != ResourceConfig().prefetch)
      parts.push_back(fmt::format("prefetch {}", config->second.prefetch));
    return parts.empty() ? "" : fmt::format(" ({})", fmt::join(parts, ", "));
  }

  const Scenario& scenario_;
  TopologyGraph graph_;
  std::set<std::string> queues_;
  TopologyGraph::Names reached_;
  std::map<std::string, std::vector<const BindingSpec*>> bindings_;  // by the exchange that they are from
  std::set<std::string> fed_;                                        // alternate and dead-letter exchanges
  std::set<std::string> told_;                                       // queues that the trees have described
};

std::string component_lines(const Scenario& scenario) {
  std::size_t width = 0;
  for (const ComponentConfig& component : scenario.components)
    width = std::max(width, std::min<std::size_t>(component.table_name().size(), 30));
  std::string text;
  for (std::size_t at = 0; at < scenario.components.size();) {
    const ComponentConfig& component = scenario.components[at];
    std::size_t end = at + 1;
    while (end < scenario.components.size() && scenario.components[end].replica_of == component.table_name())
      ++end;
    std::string line = fmt::format("    {:<{}}  {}", component.table_name(), width, component.kind);
    if (!component.replica_of.empty()) line += fmt::format(" ({})", counted(end - at, "replica"));
    if (component.start_ns > 0) line += fmt::format(" from {}", format_duration(component.start_ns));
    line += life_text(component.life);
    if (!component.user.empty()) line += fmt::format(" user {}", printable_word(component.user));
    if (component.latency) line += fmt::format(" latency {}", drawn_time_text(*component.latency));
    text += wrapped(line + "\n", {.width = kTopologyStyle.width, .indent = width + 8});
    at = end;
  }
  return text;
}

}  // namespace

std::string topology_text(const Scenario& scenario) {
  std::string text = wrapped(fmt::format("{}: {}\n", scenario.path, scenario.title),
                             {.width = kTopologyStyle.width, .indent = 2});
  text += fmt::format("  seed {}, until {}, latency {} each way\n\n", scenario.seed,
                      scenario.until_ns ? format_duration(*scenario.until_ns) : "drained",
                      drawn_time_text(latency_of(scenario)));
  text += TopologyTrees(scenario).text();
  if (!scenario.components.empty()) text += "  components\n" + component_lines(scenario);
  if (!scenario.drifts.empty()) text += "  drifts\n";
  for (std::size_t number = 0; number < scenario.drifts.size(); ++number) {
    const ConceptDrift& drift = scenario.drifts[number];
    const std::string line = fmt::format("    {} {}{}\n", one_line(drift_title(drift, number)),
                                         drift_times(drift), drift.on ? "" : ", is off");
    text += wrapped(line, {.width = kTopologyStyle.width, .indent = 8});
  }
  return text;
}

}  // namespace dse
