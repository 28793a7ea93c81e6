#include "sim/scenario/topology.h"

#include <algorithm>
#include <utility>

#include "dse/plain_component.h"
#include "support/catch.h"

using namespace dse;

namespace {

ComponentConfig component(const std::string& name, Ports ports) {
  return {.name = name, .component = make_component(Program(), {.ports = std::move(ports)})};
}
ComponentConfig writer(const std::string& name, const std::string& to) {
  return component(name, {.reads = {}, .writes = {to}});
}
ComponentConfig reader(const std::string& name, const std::string& from) {
  return component(name, {.reads = from});
}
ComponentConfig model(const std::string& name, const std::string& from, const std::string& to) {
  return component(name, {.reads = from, .writes = {to}});
}

std::vector<std::string> names(const std::vector<const ComponentConfig*>& components) {
  std::vector<std::string> result;
  for (const ComponentConfig* component : components) result.push_back(component->name);
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("who writes into a queue and who reads it is read off the scenario") {
  Scenario scenario;
  scenario.components = {writer("camera", "c"), writer("other", "o"), model("lenet", "m", "p"),
                         reader("watch", "p"), reader("late", "p")};
  scenario.bindings = {
      {.from = "c", .to = "m"}, {.from = "c", .to = "m", .key = "a"}, {.from = "p", .to = "votes"}};
  CHECK(exchanges_into(scenario, "m") == Names{"m", "c"});
  CHECK(names(writers_into(scenario, "m")) == Names{"camera"});
  CHECK(names(writers_into(scenario, "p")) == Names{"lenet"});
  CHECK(names(writers_into(scenario, "votes")) == Names{"lenet"});
  CHECK(names(readers_of(scenario, "p")) == Names{"watch", "late"});
  CHECK(readers_of(scenario, "votes").empty());
}

TEST_CASE("a scenario that is whole has no warnings") {
  Scenario scenario;
  scenario.components = {writer("camera", "c"), reader("watch", "w"), reader("own", "c")};
  scenario.bindings = {{.from = "c", .to = "w"}};
  scenario.resources = {{"w", {}}};
  CHECK(topology_warnings(scenario).empty());
}

TEST_CASE("a component that reads what nobody writes is warned of by name") {
  Scenario scenario;
  scenario.components = {reader("watch", "w")};
  CHECK(topology_warnings(scenario) == Names{"component 'watch' reads 'w', which nobody writes"});
}

TEST_CASE("a component whose messages go nowhere is warned of by name") {
  Scenario scenario;
  scenario.components = {writer("camera", "c")};
  const Names warnings = topology_warnings(scenario);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], ContainsSubstring("component 'camera' writes 'c', which nobody reads"));
}

TEST_CASE("a queue that fills and that nobody streams is warned of") {
  Scenario scenario;
  scenario.components = {writer("camera", "c")};
  scenario.bindings = {{.from = "c", .to = "q"}};
  const Names warnings = topology_warnings(scenario);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], ContainsSubstring("queue 'q' has bindings but nobody streams it"));
}

TEST_CASE("a data set that no component names is warned of") {
  Scenario scenario;
  scenario.components = {writer("camera", "w"), reader("watch", "w")};
  scenario.data = {{"rows", std::make_shared<DataSource>()}, {"spare", std::make_shared<DataSource>()}};
  scenario.named_data = {"rows"};
  CHECK(topology_warnings(scenario) ==
        Names{"no component names the data set 'spare': `data = \"spare\"` would"});
}

TEST_CASE("a queue of its table alone is there, and messages pile up only where nothing takes them out") {
  Scenario scenario;
  scenario.components = {writer("camera", "c"), reader("watch", "w")};
  scenario.resources["c"].queue.type = QueueType::kQuorum;
  const Names warnings = topology_warnings(scenario);
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[1] == "nobody streams queue 'c': its messages will pile up");
  scenario.resources["c"].queue.dead_letter = DeadLetterTarget{"w", std::nullopt};
  CHECK(topology_warnings(scenario).empty());
}

TEST_CASE("what a broker takes and what does nothing is warned of") {
  Scenario scenario;
  scenario.components = {writer("camera", "c"), reader("watch", "c")};
  scenario.resources["c"].queue.overflow = Overflow::kRejectPublish;
  scenario.exchanges["idle"] = {.type = ExchangeType::kFanout, .alternate = "idle"};
  CHECK(topology_warnings(scenario) ==
        Names{"'idle' is its own alternate exchange, which does nothing",
              "nothing writes or binds the exchange 'idle', or leads there",
              "queue 'c' has an overflow and no limit: it needs max_length or max_length_bytes"});
  scenario.resources["c"].queue.overflow = Overflow::kRejectPublishDlx;
  scenario.resources["c"].queue.max_length = 3;
  CHECK(topology_warnings(scenario).back() ==
        "queue 'c' has the overflow reject-publish-dlx and no dead_letter: what it rejects is gone");
}

TEST_CASE("the topology in words names components, resources and bindings") {
  Scenario scenario;
  scenario.path = "a.toml";
  scenario.title = "A title";
  scenario.components = {writer("camera", "c"), reader("watch", "w")};
  scenario.components[1].start_ns = 1'500'000;
  scenario.bindings = {{.from = "c",
                        .to = "w",
                        .key = "*.7",
                        .headers = {{"label", std::int64_t{7}}},
                        .match = HeaderMatch::kAny}};
  scenario.resources = {{"w", {.prefetch = 3}}};
  const std::string text = topology_text(scenario);
  CHECK_THAT(text, ContainsSubstring("a.toml: A title"));
  CHECK_THAT(text, ContainsSubstring(" → exchange c\n  └─ key *.7  headers any of { label = 7 } → queue w "
                                     "(prefetch 3) → watch\n"));
  CHECK_THAT(text, ContainsSubstring(" from 1.5ms\n"));
}
