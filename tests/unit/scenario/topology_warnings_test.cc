#include "sim/scenario/topology_warnings.h"

#include "support/catch.h"
#include "unit/scenario/port_components.h"

using namespace dse;

namespace {

using Names = std::vector<std::string>;

}  // namespace

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

TEST_CASE("who uses a resource for clients is not warned of") {
  Scenario scenario;
  scenario.components = {writer("camera", "c"), reader("watch", "w")};
  scenario.bindings = {{.from = "c", .to = "q"}};
  CHECK(topology_warnings(scenario).size() == 2);
  for (const char* name : {"c", "w", "q"}) scenario.resources[name].clients = true;
  CHECK(topology_warnings(scenario).empty());
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

TEST_CASE("a pattern at a direct exchange is warned of, once for each exchange and key") {
  Scenario scenario;
  scenario.components = {writer("camera", "direct"), writer("other", "topic"), reader("watch", "c"),
                         reader("late", "d")};
  scenario.exchanges = {{"direct", {.type = ExchangeType::kDirect}}, {"topic", {}}};
  scenario.bindings = {{.from = "direct", .to = "c", .key = "a.*"},
                       {.from = "direct", .to = "d", .key = "a.*"},
                       {.from = "direct", .to = "c", .key = "a*.#1"},
                       {.from = "topic", .to = "c"}};
  CHECK(topology_warnings(scenario) == Names{"the direct exchange 'direct' takes the key 'a.*' of a binding "
                                             "for itself, and not for a pattern"});
}

TEST_CASE("dead letters and alternates to a name that is nowhere else are warned of") {
  Scenario scenario;
  scenario.components = {writer("camera", "c"), reader("watch", "c"), reader("undertaker", "graveyard")};
  scenario.resources["c"].queue.dead_letter = DeadLetterTarget{"gravyard", std::nullopt};
  scenario.resources["c"].alternate = "rest";
  CHECK(topology_warnings(scenario) ==
        Names{"component 'undertaker' reads 'graveyard', which nobody writes",
              "the alternate exchange of 'c' is 'rest', which nothing else names: [resource.rest] would say "
              "that messages shall rest there",
              "the dead letters of 'c' go to 'gravyard', which nothing else names: is 'graveyard' meant?"});
  scenario.resources["c"].queue.dead_letter = DeadLetterTarget{"graveyard", std::nullopt};
  scenario.expectations = {{.what = MetricExpectation{.metric = "rest.depth_max", .min = 1}}};
  CHECK(topology_warnings(scenario).empty());
  scenario.resources["c"].queue.dead_letter = DeadLetterTarget{"", "nobody"};
  CHECK_THAT(topology_warnings(scenario).back(), ContainsSubstring("go to 'nobody', which nothing else"));
}
