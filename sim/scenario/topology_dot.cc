#include "sim/scenario/topology_dot.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/topology.h"
#include "sim/scenario/topology_graph.h"

namespace dse {
namespace {

// A text as a quoted string of DOT, whose label shows it as it is. A quote ends a string and a backslash
// begins an escape of labels; both are escaped by a backslash.
std::string dot_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// The same name may be a component's, an exchange's and a queue's.
std::string component_id(std::string_view name) { return dot_text(fmt::format("component {}", name)); }
std::string exchange_id(std::string_view name) { return dot_text(fmt::format("exchange {}", name)); }
std::string queue_id(std::string_view name) { return dot_text(fmt::format("queue {}", name)); }

class DotGraph {
 public:
  explicit DotGraph(const Scenario& scenario) : scenario_(scenario), queues_(queues_of(scenario)) {
    reached_ = TopologyGraph(scenario).reached_from({.exchanges = exchanges_written(scenario)});
  }

  std::string text() {
    add_components();
    add_clients();
    add_bindings();
    add_ways_besides();
    std::string nodes;
    for (const auto& [id, line] : nodes_) nodes += line;
    return fmt::format(
        "digraph {} {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge "
        "[fontname=\"sans-serif\"];\n{}{}}}\n",
        dot_text(scenario_.name), nodes, edges_);
  }

 private:
  void add_node(const std::string& id, std::string_view label, std::string_view shape, bool reached) {
    nodes_.emplace(id, fmt::format("  {} [label={}, shape={}{}];\n", id, dot_text(label), shape,
                                   reached ? "" : ", style=dashed"));
  }
  std::string exchange(const std::string& name) {
    const std::string id = exchange_id(name);
    add_node(id, name, "ellipse", reached_.exchanges.contains(name));
    if (queues_.contains(name) && !scenario_.exchanges.contains(name) && own_.insert(name).second)
      add_edge(id, queue(name), "");
    return id;
  }
  std::string queue(const std::string& name) {
    const std::string id = queue_id(name);
    add_node(id, name, "cylinder", reached_.queues.contains(name));
    return id;
  }
  void add_edge(const std::string& from, const std::string& to, std::string_view label) {
    edges_ += fmt::format("  {} -> {}{};\n", from, to,
                          label.empty() ? "" : fmt::format(" [label={}]", dot_text(label)));
  }

  void add_components() {
    std::string earlier;  // replicas of one component are one node
    for (const ComponentConfig& component : scenario_.components) {
      if (std::exchange(earlier, component.table_name()) == component.table_name()) continue;
      const std::string id = component_id(component.table_name());
      add_node(id, fmt::format("{}\n{}", component.table_name(), component.kind), "box", true);
      for (const std::string& written : resources_written(component)) add_edge(id, exchange(written), "");
      if (const auto read = resource_read(component)) add_edge(queue(*read), id, "");
    }
  }
  // One node for all of them.
  void add_clients() {
    const std::string id = dot_text("clients");
    for (const auto& [name, resource] : scenario_.resources) {
      if (!resource.clients) continue;
      add_node(id, "clients", "box", true);
      add_edge(id, exchange(name), "");
      add_edge(queue(name), id, "");
    }
  }
  void add_bindings() {
    for (const BindingSpec& binding : scenario_.bindings) {
      const std::string to =
          binding.target == BindingTarget::kExchange ? exchange(binding.to) : queue(binding.to);
      add_edge(exchange(binding.from), to, conditions_text(binding));
    }
  }
  // Alternate exchanges, and where dead letters go.
  void add_ways_besides() {
    for (const std::string& name : resource_names(scenario_)) {
      if (const std::optional<std::string> alternate = alternate_of(scenario_, name))
        add_edge(exchange(name), exchange(*alternate), "what nothing takes");
    }
    for (const auto& [name, resource] : scenario_.resources) {
      if (!resource.queue.dead_letter) continue;
      const DeadLetterTarget& target = *resource.queue.dead_letter;
      const std::string label = target.key ? "dead letters, key " + *target.key : "dead letters";
      if (!target.exchange.empty())
        add_edge(queue(name), exchange(target.exchange), label);
      else if (target.key)
        add_edge(queue(name), queue(*target.key), "dead letters");
    }
  }

  const Scenario& scenario_;
  std::set<std::string> queues_;
  TopologyGraph::Names reached_;
  std::map<std::string, std::string> nodes_;  // by id
  std::set<std::string> own_;                 // exchanges whose edge to their own queue is drawn
  std::string edges_;
};

}  // namespace

std::string topology_dot(const Scenario& scenario) { return DotGraph(scenario).text(); }

}  // namespace dse
