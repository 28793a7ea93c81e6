#include "sim/report/drawn_topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <utility>

namespace dse {
namespace {

std::string component_id(const std::string& name) { return "component:" + name; }
std::string resource_id(const std::string& name) { return "resource:" + name; }

// 0 when there is none.
std::uint64_t count_of(const ReportJson& metrics, const std::string& name) {
  const auto found = metrics.find(name);
  if (found == metrics.end() || !found->is_number()) return 0;
  constexpr double kCountMax = 1e18;  // what is beyond it is no count
  const double value = found->get<double>();
  return value >= 0 && value <= kCountMax ? static_cast<std::uint64_t>(value) : 0;
}

class TopologyDrawer {
 public:
  TopologyDrawer(const ReportJson& topology, const ReportJson& metrics)
      : topology_(topology), metrics_(metrics) {}

  DrawnTopology draw() {
    for (const ReportJson& component : topology_.at("components")) add_component(component);
    for (const ReportJson& resource : topology_.at("resources")) add_resource(resource);
    for (const ReportJson& flow : topology_.at("flows")) add_flow(flow);
    for (const ReportJson& component : topology_.at("components")) add_idle_ways(component);
    for (const ReportJson& binding : topology_.at("bindings")) add_binding(binding);
    add_missing_nodes();
    return std::move(drawn_);
  }

 private:
  // "12 refused, 3 expired"; "" when no metric of these is above zero.
  std::string note_of(const std::string& name, const std::vector<std::string>& metrics) const {
    std::vector<std::string> parts;
    for (const std::string& one : metrics) {
      std::string words = one;
      if (const std::uint64_t count = count_of(metrics_, name + "." + one); count > 0) {
        for (char& c : words) c = c == '_' ? ' ' : c;
        parts.push_back(fmt::format("{} {}", count, words));
      }
    }
    return fmt::format("{}", fmt::join(parts, ", "));
  }

  void add_component(const ReportJson& component) {
    const std::string name = component.at("name");
    drawn_.nodes.push_back({.id = component_id(name),
                            .name = name,
                            .sort = "component",
                            .detail = component.at("kind"),
                            .note = note_of(name, {"refused", "returned", "restarts", "forgotten"})});
  }

  void add_resource(const ReportJson& resource) {
    const std::string name = resource.at("name");
    const bool queue = resource.at("queue");
    std::string detail = resource.value("type", queue ? "queue" : "topic") + (queue ? "" : " exchange");
    if (queue) detail = fmt::format("queue, at most {} deep", count_of(metrics_, name + ".max_depth"));
    drawn_.nodes.push_back(
        {.id = resource_id(name),
         .name = name,
         .sort = queue ? "queue" : "exchange",
         .detail = detail,
         .note = note_of(name, {"expired", "dropped", "nacked", "dead_lettered", "not_received"})});
    if (const auto target = resource.find("dead_letter"); target != resource.end()) {
      add_edge({.from = resource_id(name),
                .to = resource_id(target->get<std::string>()),
                .sort = "dead-letter",
                .label = "dead letters",
                .messages = count_of(metrics_, name + ".dead_lettered")});
    }
    if (const auto target = resource.find("alternate"); target != resource.end()) {
      add_edge({.from = resource_id(name),
                .to = resource_id(target->get<std::string>()),
                .sort = "alternate",
                .label = "what no binding takes",
                .messages = std::nullopt});
    }
  }

  void add_flow(const ReportJson& flow) {
    const std::string component = flow.at("component");
    const std::string resource = flow.at("resource");
    if (const auto delivered = flow.find("delivered"); delivered != flow.end()) {
      add_edge({.from = resource_id(resource),
                .to = component_id(component),
                .sort = "read",
                .label = "",
                .messages = delivered->get<std::uint64_t>()});
      return;
    }
    add_edge({.from = component_id(component),
              .to = resource_id(resource),
              .sort = "write",
              .label = "",
              .messages = flow.at("written").get<std::uint64_t>(),
              .unroutable = flow.value("unroutable", std::uint64_t{0})});
  }

  // The ways that nothing took in this run.
  void add_idle_ways(const ReportJson& component) {
    const std::string name = component.at("name");
    for (const ReportJson& written : component.at("writes")) {
      if (!taken_.contains({component_id(name), resource_id(written)}))
        add_edge({.from = component_id(name),
                  .to = resource_id(written),
                  .sort = "write",
                  .label = "",
                  .messages = 0});
    }
    const auto read = component.find("reads");
    if (read != component.end() && !taken_.contains({resource_id(*read), component_id(name)}))
      add_edge(
          {.from = resource_id(*read), .to = component_id(name), .sort = "read", .label = "", .messages = 0});
  }

  void add_binding(const ReportJson& binding) {
    std::string label = binding.at("key");
    if (const auto headers = binding.find("headers"); headers != binding.end())
      label += fmt::format(" {} of {}", binding.value("match", "all"), headers->dump());
    add_edge({.from = resource_id(binding.at("from")),
              .to = resource_id(binding.at("to")),
              .sort = "binding",
              .label = label,
              .messages = binding.at("passed").get<std::uint64_t>()});
  }

  void add_edge(DrawnEdge edge) {
    taken_.insert({edge.from, edge.to});
    drawn_.edges.push_back(std::move(edge));
  }

  // What a component made while the run went on is in no table of the scenario.
  void add_missing_nodes() {
    std::set<std::string> known;
    for (const DrawnNode& node : drawn_.nodes) known.insert(node.id);
    for (const DrawnEdge& edge : drawn_.edges) {
      for (const std::string& id : {edge.from, edge.to}) {
        if (!known.insert(id).second) continue;
        const std::string name = id.substr(id.find(':') + 1);
        drawn_.nodes.push_back({.id = id,
                                .name = name.empty() ? "(default exchange)" : name,
                                .sort = "exchange",
                                .detail = name.empty() ? "direct exchange" : "made while running",
                                .note = ""});
      }
    }
  }

  const ReportJson& topology_;
  const ReportJson& metrics_;
  DrawnTopology drawn_;
  std::set<std::pair<std::string, std::string>> taken_;
};

}  // namespace

DrawnTopology drawn_topology(const ReportJson& topology, const ReportJson& metrics) {
  return TopologyDrawer(topology, metrics).draw();
}

DrawnTopology drawn_topology(const FinishedRun& run) {
  return drawn_topology(run.topology, run.summary.at("metrics"));
}

ReportJson drawn_json(const DrawnTopology& topology) {
  ReportJson nodes = ReportJson::array();
  for (const DrawnNode& node : topology.nodes) {
    nodes.push_back({{"id", node.id},
                     {"name", node.name},
                     {"sort", node.sort},
                     {"detail", node.detail},
                     {"note", node.note}});
  }
  ReportJson edges = ReportJson::array();
  for (const DrawnEdge& edge : topology.edges) {
    ReportJson json = {{"from", edge.from}, {"to", edge.to}, {"sort", edge.sort}, {"label", edge.label}};
    if (edge.messages) json["messages"] = *edge.messages;
    if (edge.unroutable > 0) json["unroutable"] = edge.unroutable;
    edges.push_back(std::move(json));
  }
  return {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

}  // namespace dse
