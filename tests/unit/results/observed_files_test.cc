// What every run leaves for a report.
#include "sim/results/observed_files.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "dse/plain_component.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

// A writer, two replicas that read what it writes, and a queue whose dead letters go to an exchange.
Scenario small_scenario() {
  Scenario scenario;
  const auto add = [&scenario](const std::string& name, Ports ports, const std::string& replica_of = "") {
    scenario.components.push_back({.name = name,
                                   .kind = "plain",
                                   .component = make_component(Program(), {.ports = std::move(ports)}),
                                   .replica_of = replica_of});
  };
  add("writer", {.writes = {"letters"}});
  add("reader-1", {.reads = "letters"}, "reader");
  scenario.resources["letters"].queue.dead_letter = {.exchange = "dead"};
  scenario.exchanges["news"].type = ExchangeType::kFanout;
  scenario.exchanges["news"].alternate = "rest";
  scenario.bindings.push_back({.from = "news", .to = "letters", .key = "a.*"});
  return scenario;
}

std::string text_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// The files of a run directory, by name.
std::map<std::string, std::string> written(const RunResult& result) {
  const TemporaryFolder place;
  const Scenario scenario = small_scenario();
  {
    RunFolder folder(place.path() / "run");
    write_observed(scenario, result, folder);
    folder.commit();
  }
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(place.path() / "run"))
    files[entry.path().filename().string()] = text_of(entry.path().string());
  return files;
}

}  // namespace

TEST_CASE("the topology has components, resources, what flowed, and what passed through bindings") {
  TrafficCounts traffic;
  traffic.flows = {{.component = "writer", .resource = "letters", .written = 5, .unroutable = 2},
                   {.component = "writer", .resource = "news", .written = 1},
                   {.component = "reader-1", .resource = "letters", .delivered = 3}};
  traffic.bound = {{.from = "news", .to = "late", .key = "#"}};
  traffic.passed = {4, 1};
  const auto json = nlohmann::ordered_json::parse(topology_json(small_scenario(), traffic));
  CHECK(json.at("components") == nlohmann::ordered_json::parse(R"([
    {"name": "writer", "kind": "plain", "writes": ["letters"]},
    {"name": "reader-1", "kind": "plain", "replica_of": "reader", "reads": "letters", "writes": []}])"));
  CHECK(json.at("flows") == nlohmann::ordered_json::parse(R"([
    {"component": "writer", "resource": "letters", "written": 5, "unroutable": 2},
    {"component": "writer", "resource": "news", "written": 1},
    {"component": "reader-1", "resource": "letters", "delivered": 3}])"));
  CHECK(json.at("bindings") == nlohmann::ordered_json::parse(R"([
    {"from": "news", "to": "letters", "key": "a.*", "passed": 4},
    {"from": "news", "to": "late", "key": "#", "made_while_running": true, "passed": 1}])"));
  std::map<std::string, nlohmann::ordered_json> resources;
  for (const auto& resource : json.at("resources")) resources[resource.at("name")] = resource;
  CHECK(resources.at("letters") ==
        nlohmann::ordered_json::parse(R"({"name": "letters", "queue": true, "dead_letter": "dead"})"));
  CHECK(resources.at("news").at("type") == "fanout");
  CHECK(resources.at("news").at("queue") == false);
  CHECK(resources.at("news").at("alternate") == "rest");
}

TEST_CASE("a run in which nothing went wrong leaves its topology and its latencies") {
  const auto files = written({});
  REQUIRE(files.size() == 2);
  CHECK(files.at("latencies.csv") == "component,measure,largest_ns,messages\n");
  CHECK(files.contains("topology.json"));
}

TEST_CASE("tables quote what comes from outside") {
  RunResult result;
  result.latencies = {{"reader-1", "latency", 50, 3}};
  result.wrong_answers = {{.time_ns = 7,
                           .component = "lenet",
                           .message = "a,\"b\"",
                           .answers = "line\nend",
                           .label = -1,
                           .truth = 7,
                           .confidence = 0.1,
                           .source = "camera",
                           .index = 12},
                          {.component = "lenet", .confidence = 1}};
  result.occurrences = {{.time_ns = 5, .component = "lenet", .what = "struck", .fault = 3, .message = "a,b"},
                        {.time_ns = 6, .component = "lenet", .what = "crashed"}};
  const auto files = written(result);
  CHECK(files.at("latencies.csv") == "component,measure,largest_ns,messages\nreader-1,latency,50,3\n");
  CHECK(files.at("wrong_answers.csv") ==
        "component,virtual_time_ns,message,answers,label,truth,confidence,source,data_index\n"
        "lenet,7,\"a,\"\"b\"\"\",\"line\nend\",-1,7,0.1,camera,12\nlenet,0,,,0,0,1,,\n");
  CHECK(files.at("occurrences.csv") ==
        "virtual_time_ns,component,what,fault,message\n5,lenet,struck,3,\"a,b\"\n6,lenet,crashed,,\n");
}
