// How two runs were set up, compared key by key.
#include "sim/regression/summary_difference.h"

#include "support/catch.h"

using namespace dse;

namespace {

using Lines = std::vector<std::string>;

const ScenarioKeys kKeys = {
    {"binding.0.from", "\"a\""},      {"binding.0.to", "\"b\""},           {"binding.1.from", "\"a\""},
    {"binding.1.key", "\"7\""},       {"binding.1.to", "\"c\""},           {"bus.latency", "\"5us\""},
    {"component.echo.from", "\"b\""}, {"component.echo.kind", "\"echo\""}, {"component.mlp.batch", "16"},
    {"component.mlp.from", "\"c\""},  {"component.mlp.kind", "\"model\""},
};

RunSummary summary(const ScenarioKeys& keys = kKeys) {
  RunSummary summary;
  summary.scenario = "s.toml";
  summary.scenario_hash = "1";
  summary.seed = 1;
  summary.until = "drained";
  summary.version = "0.1.0";
  summary.status = "completed";
  summary.keys = keys;
  summary.data = DataDigests{{"images.gz", 1}};
  return summary;
}

// The keys with the first of these texts replaced by the second everywhere.
ScenarioKeys renamed(const std::string& from, const std::string& to) {
  ScenarioKeys keys = kKeys;
  for (ScenarioKey& one : keys) {
    for (std::string* text : {&one.key, &one.value}) {
      for (std::size_t at = text->find(from); at != std::string::npos; at = text->find(from, at + to.size()))
        text->replace(at, from.size(), to);
    }
  }
  return keys;
}

Lines differences(const ScenarioKeys& other) { return differences_asked_for(summary(), summary(other)); }

}  // namespace

TEST_CASE("two runs that were asked for the same differ in nothing") {
  CHECK(differences_asked_for(summary(), summary()).empty());
}

TEST_CASE("everything that a run is asked for is compared") {
  RunSummary other = summary();
  other.scenario = "t.toml";
  other.settings = {"seed=4", "title=a b"};
  other.seed = 2;
  other.ordering = 3;
  other.until = "5ms";
  other.version = "0.2.0";
  other.capture = "0123456789abcdef";
  other.data = DataDigests{{"images.gz", 2}, {"labels.gz", 3}};
  CHECK(differences_asked_for(summary(), other) ==
        Lines{"version of dse: 0.1.0 in A, 0.2.0 in B", "scenario: s.toml in A, t.toml in B",
              "settings: none in A, seed=4 'title=a b' in B", "seed: 1 in A, 2 in B",
              "ordering: 0 in A, 3 in B", "until: drained in A, 5ms in B",
              "capture: none in A, 0123456789abcdef in B",
              "data images.gz: 0000000000000001 in A, 0000000000000002 in B",
              "data labels.gz: 0000000000000003 in B alone"});
}

TEST_CASE("keys that are changed, added or missing are named with their values") {
  ScenarioKeys keys = kKeys;
  keys[8].value = "4";
  keys.erase(keys.begin() + 5);
  keys.insert(keys.begin(), {"until", "\"1s\""});
  CHECK(differences(keys) == Lines{"bus.latency: \"5us\" in A alone", "until: \"1s\" in B alone",
                                   "component.mlp.batch: 16 in A, 4 in B"});
}

TEST_CASE("components and resources that were renamed or are missing") {
  CHECK(differences(renamed("component.echo", "component.log")) ==
        Lines{"component 'echo' of A is 'log' in B"});
  ScenarioKeys keys = renamed("component.echo", "component.log");
  keys.insert(keys.begin() + 6, {"component.log.service", "\"1us\""});
  CHECK(differences(keys) == Lines{"component 'echo' is in A alone", "component 'log' is in B alone"});

  const Lines resource = differences(renamed("\"c\"", "\"d\""));
  CHECK(resource == Lines{"resource 'c' of A is 'd' in B", "binding.1.to: \"c\" in A, \"d\" in B",
                          "component.mlp.from: \"c\" in A, \"d\" in B"});
}

TEST_CASE("elements of a list are matched when there are more or fewer of them") {
  const ScenarioKeys without_first(kKeys.begin() + 2, kKeys.end());
  ScenarioKeys moved = without_first;
  for (ScenarioKey& one : moved) {
    if (one.key.starts_with("binding.1")) one.key.replace(0, 9, "binding.0");
  }
  CHECK(differences(moved) == Lines{"binding: { from = \"a\", to = \"b\" } in A alone"});
}

TEST_CASE("the order in which components start is compared") {
  ScenarioKeys keys(kKeys.begin(), kKeys.begin() + 6);
  keys.insert(keys.end(), kKeys.begin() + 8, kKeys.end());
  keys.insert(keys.end(), kKeys.begin() + 6, kKeys.begin() + 8);
  CHECK(differences(keys) == Lines{"order of components: echo, mlp in A, mlp, echo in B"});
}

TEST_CASE("a summary without keys says so") {
  RunSummary old = summary();
  old.keys.reset();
  old.data.reset();
  CHECK(differences_asked_for(summary(), old) ==
        Lines{"perhaps the scenario: the summary of B has no keys of it"});
  RunSummary older = old;
  CHECK(differences_asked_for(old, older).empty());
  older.scenario_hash = "2";
  CHECK(differences_asked_for(old, older) == Lines{"hash of the scenario: 1 in A, 2 in B"});
}
