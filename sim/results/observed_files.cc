#include "sim/results/observed_files.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/csv.h"
#include "sim/results/binding_counts.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/topology.h"

namespace dse {
namespace {

using Json = nlohmann::ordered_json;

Json component_json(const ComponentConfig& component) {
  const Ports ports = component.component->ports();
  Json json = {{"name", component.name}, {"kind", component.kind}};
  if (!component.replica_of.empty()) json["replica_of"] = component.replica_of;
  if (ports.reads) json["reads"] = *ports.reads;
  json["writes"] = ports.writes;
  if (is_import(component) || is_export(component)) json["outside"] = true;
  if (component.component->learns()) json["learns"] = true;
  return json;
}

struct Topology {
  const Scenario& scenario;
  std::set<std::string> queues;  // that exist at some time

  Json exchange_json(const std::string& name) const;
};

// A resource, or an exchange alone. What is not said is as it is without a table.
Json Topology::exchange_json(const std::string& name) const {
  Json json = {{"name", name}, {"queue", queues.contains(name)}};
  if (const auto exchange = scenario.exchanges.find(name); exchange != scenario.exchanges.end())
    json["type"] = name_of(exchange->second.type);
  if (const auto alternate = alternate_of(scenario, name)) json["alternate"] = *alternate;
  if (const auto resource = scenario.resources.find(name); resource != scenario.resources.end()) {
    const QueueOptions& options = resource->second.queue;
    if (options.dead_letter) json["dead_letter"] = options.dead_letter->exchange;
  }
  return json;
}

Json flow_json(const Flow& flow) {
  Json json = {{"component", flow.component}, {"resource", flow.resource}};
  if (flow.delivered > 0) {
    json["delivered"] = flow.delivered;
  } else {
    json["written"] = flow.written;
    if (flow.unroutable > 0) json["unroutable"] = flow.unroutable;
  }
  return json;
}

std::string wrong_answers_csv(const std::vector<WrongAnswer>& answers) {
  std::string text = "component,virtual_time_ns,message,answers,label,truth,confidence,source,data_index\n";
  for (const WrongAnswer& one : answers) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{}\n", csv_field(one.component),
                   one.time_ns, csv_field(one.message), csv_field(one.answers), one.label, one.truth,
                   one.confidence, csv_field(one.source), one.index ? fmt::format("{}", *one.index) : "");
  }
  return text;
}

std::string occurrences_csv(const std::vector<Occurrence>& occurrences) {
  std::string text = "virtual_time_ns,component,what,fault,message\n";
  for (const Occurrence& one : occurrences) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{}\n", one.time_ns, csv_field(one.component),
                   one.what, one.fault ? fmt::format("{}", *one.fault) : "", csv_field(one.message));
  }
  return text;
}

std::string latencies_csv(const std::vector<LatencyRow>& rows) {
  std::string text = "component,measure,largest_ns,messages\n";
  for (const LatencyRow& row : rows) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{}\n", csv_field(row.component), row.measure,
                   row.largest_ns, row.messages);
  }
  return text;
}

}  // namespace

std::string topology_json(const Scenario& scenario, const TrafficCounts& traffic) {
  const Topology topology{.scenario = scenario, .queues = queues_of(scenario)};
  Json json = {{"components", Json::array()}, {"resources", Json::array()}, {"flows", Json::array()}};
  for (const ComponentConfig& component : scenario.components)
    json["components"].push_back(component_json(component));
  for (const std::string& name : resource_names(scenario))
    json["resources"].push_back(topology.exchange_json(name));
  for (const Flow& flow : traffic.flows) json["flows"].push_back(flow_json(flow));
  json["bindings"] = bindings_json(scenario, traffic);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_observed(const Scenario& scenario, const RunResult& result, RunFolder& folder) {
  folder.write(kTopologyFile, topology_json(scenario, result));
  folder.write(kLatenciesFile, latencies_csv(result.latencies));
  if (!result.wrong_answers.empty()) folder.write(kWrongAnswersFile, wrong_answers_csv(result.wrong_answers));
  if (!result.occurrences.empty()) folder.write(kOccurrencesFile, occurrences_csv(result.occurrences));
}

}  // namespace dse
