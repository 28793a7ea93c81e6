#include "sim/scenario/topology.h"

#include "support/catch.h"
#include "unit/scenario/port_components.h"

using namespace dse;

namespace {

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
