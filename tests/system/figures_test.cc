// The figures of a run, against what its record says of the same messages; and what people are shown.
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/workshop.h"

namespace {

nlohmann::json summary_of(const Workshop& workshop) {
  return nlohmann::json::parse(read_file(workshop.run() + "/summary.json"));
}

}  // namespace

TEST_CASE("figures: each binding says how many messages it passed, and one that passed none is a warning") {
  const Workshop workshop;
  const std::string bindings =
      "[[binding]]\nfrom = \"digits\"\nto = [\"sevens\", \"spare\"]\nheaders = { label = 7 }\n"
      "[[binding]]\nfrom = \"digits\"\nto = \"spare\"\nkey = \"*.*\"\n"
      "[component.sevens]\nkind = \"watch\"\nfrom = \"sevens\"\n"
      "[component.spare]\nkind = \"watch\"\nfrom = \"spare\"\n";
  const std::string scenario = workshop.write("bound.toml", small_scenario() + bindings);
  const Outcome outcome = workshop.replay(scenario);
  REQUIRE(outcome.status == 0);
  const nlohmann::json summary = summary_of(workshop);
  const nlohmann::json sevens = summary["metrics"]["sevens.received"];
  CHECK(summary["bindings"] ==
        nlohmann::json({{{"from", "digits"},
                         {"to", "sevens"},
                         {"key", "#"},
                         {"headers", {{"label", 7}}},
                         {"match", "all"},
                         {"passed", sevens}},
                        {{"from", "digits"},
                         {"to", "spare"},
                         {"key", "#"},
                         {"headers", {{"label", 7}}},
                         {"match", "all"},
                         {"passed", sevens}},
                        {{"from", "digits"}, {"to", "spare"}, {"key", "*.*"}, {"passed", 0}}}));
  const std::string warning = "warning: the binding digits -> spare  key *.* passed no message in this run";
  CHECK_THAT(outcome.err, ContainsSubstring(warning));
  CHECK_THAT(workshop.replay(scenario, {"--quiet"}).err, ContainsSubstring(warning));
}
