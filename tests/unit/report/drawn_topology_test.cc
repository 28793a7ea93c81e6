// A run's topology as a graph.
#include "sim/report/drawn_topology.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/catch.h"
#include "support/draft_run.h"

using namespace dse;

namespace {

using Texts = std::vector<std::string>;

ReportJson topology_of(const std::string& resources, const std::string& more = "") {
  return ReportJson::parse(
      R"({"components": [{"name": "camera", "kind": "source", "writes": ["digits", "spare"]},
                         {"name": "lenet", "kind": "model", "reads": "digits", "writes": []}],
          "resources": [)" +
      resources + R"(], "flows": [], "bindings": [)" + more + "]}");
}

// "component:camera -> resource:digits write 5", with the label and what was unroutable behind it.
Texts edges(const DrawnTopology& topology) {
  Texts texts;
  for (const DrawnEdge& edge : topology.edges) {
    std::string text = fmt::format("{} -> {} {} {}", edge.from, edge.to, edge.sort,
                                   edge.messages ? fmt::format("{}", *edge.messages) : "?");
    if (!edge.label.empty()) text += " [" + edge.label + "]";
    if (edge.unroutable > 0) text += fmt::format(", {} unroutable", edge.unroutable);
    texts.push_back(text);
  }
  return texts;
}

std::string node(const DrawnTopology& topology, const std::string& id) {
  for (const DrawnNode& one : topology.nodes) {
    if (one.id == id) return fmt::format("{} | {} | {} | {}", one.name, one.sort, one.detail, one.note);
  }
  return "none";
}

}  // namespace

TEST_CASE("components, exchanges and queues are nodes, with what went wrong there") {
  const ReportJson metrics = {{"digits.max_depth", 12},  {"digits.expired", 3},   {"digits.dropped", 0},
                              {"lenet.refused", 2},      {"lenet.restarts", 1},   {"lenet.returned", -1},
                              {"camera.refused", 1e300}, {"spare.nacked", "many"}};
  const DrawnTopology drawn = drawn_topology(
      topology_of(R"({"name": "digits", "queue": true}, {"name": "spare", "queue": false, "type": "fanout"},
                     {"name": "plain", "queue": false})"),
      metrics);
  CHECK(node(drawn, "component:camera") == "camera | component | source | ");
  CHECK(node(drawn, "component:lenet") == "lenet | component | model | 2 refused, 1 restarts");
  CHECK(node(drawn, "resource:digits") == "digits | queue | queue, at most 12 deep | 3 expired");
  CHECK(node(drawn, "resource:spare") == "spare | exchange | fanout exchange | ");
  CHECK(node(drawn, "resource:plain") == "plain | exchange | topic exchange | ");
  CHECK(drawn.nodes.size() == 5);
}

TEST_CASE("edges have what passed, and what was unroutable; ways that nothing took have none") {
  ReportJson topology =
      topology_of(R"({"name": "digits", "queue": true}, {"name": "spare", "queue": false})");
  CHECK(edges(drawn_topology(topology, ReportJson::object())) ==
        Texts{"component:camera -> resource:digits write 0", "component:camera -> resource:spare write 0",
              "resource:digits -> component:lenet read 0"});
  topology["flows"] = ReportJson::parse(
      R"([{"component": "camera", "resource": "digits", "written": 5, "unroutable": 1},
          {"component": "lenet", "resource": "digits", "delivered": 4}])");
  CHECK(edges(drawn_topology(topology, ReportJson::object())) ==
        Texts{"component:camera -> resource:digits write 5, 1 unroutable",
              "resource:digits -> component:lenet read 4", "component:camera -> resource:spare write 0"});
}

TEST_CASE("bindings have their patterns, by key and by headers, between exchanges and to queues") {
  const DrawnTopology drawn =
      drawn_topology(topology_of(R"({"name": "digits", "queue": true}, {"name": "spare", "queue": false})",
                                 R"({"from": "spare", "to": "digits", "key": "a.*", "passed": 7},
                     {"from": "spare", "to": "digits", "key": "#", "headers": {"label": 7}, "match": "any", "passed": 0},
                     {"from": "digits", "to": "spare", "key": "", "headers": {"x": "<b>"}, "target": "exchange", "passed": 1})"),
                     ReportJson::object());
  const Texts all = edges(drawn);
  CHECK(Texts(all.end() - 3, all.end()) ==
        Texts{"resource:spare -> resource:digits binding 7 [a.*]",
              "resource:spare -> resource:digits binding 0 [# any of {\"label\":7}]",
              "resource:digits -> resource:spare binding 1 [ all of {\"x\":\"<b>\"}]"});
}

TEST_CASE("dead letters and alternates are ways, too, also to what the scenario has no table for") {
  const DrawnTopology drawn =
      drawn_topology(topology_of(R"({"name": "digits", "queue": true, "dead_letter": "grave"},
                     {"name": "spare", "queue": false, "alternate": "rest"},
                     {"name": "rest", "queue": true, "dead_letter": ""})"),
                     {{"digits.dead_lettered", 9}});
  const Texts all = edges(drawn);
  CHECK(Texts(all.begin(), all.begin() + 3) ==
        Texts{"resource:digits -> resource:grave dead-letter 9 [dead letters]",
              "resource:spare -> resource:rest alternate ? [what no binding takes]",
              "resource:rest -> resource: dead-letter 0 [dead letters]"});
  CHECK(node(drawn, "resource:grave") == "grave | exchange | made while running | ");
  CHECK(node(drawn, "resource:") == "(default exchange) | exchange | direct exchange | ");
}

TEST_CASE("each end of an edge is a node, once") {
  const DrawnTopology drawn = drawn_topology(DraftRun().read());
  std::vector<std::string> ids;
  for (const DrawnNode& one : drawn.nodes) ids.push_back(one.id);
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  for (const DrawnEdge& edge : drawn.edges) {
    CHECK(std::binary_search(ids.begin(), ids.end(), edge.from));
    CHECK(std::binary_search(ids.begin(), ids.end(), edge.to));
  }
}

TEST_CASE("the scripts get the same, with counts only where there are any") {
  const DrawnTopology drawn = {
      .nodes =
          {{.id = "component:a", .name = "a", .sort = "component", .detail = "echo", .note = "1 refused"}},
      .edges = {{.from = "component:a",
                 .to = "resource:b",
                 .sort = "write",
                 .label = "",
                 .messages = 3,
                 .unroutable = 2},
                {.from = "resource:b",
                 .to = "resource:c",
                 .sort = "alternate",
                 .label = "x",
                 .messages = std::nullopt}}};
  CHECK(drawn_json(drawn) == ReportJson::parse(R"({
    "nodes": [{"id": "component:a", "name": "a", "sort": "component", "detail": "echo", "note": "1 refused"}],
    "edges": [{"from": "component:a", "to": "resource:b", "sort": "write", "label": "", "messages": 3, "unroutable": 2},
              {"from": "resource:b", "to": "resource:c", "sort": "alternate", "label": "x"}]})"));
}
