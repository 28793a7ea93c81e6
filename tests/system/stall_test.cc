// A run that cannot go on although work is pending says which component waits for what.
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kKept = "[[binding]]\nfrom = \"digits\"\nto = \"kept\"\n";

}  // namespace

TEST_CASE("stall: a queue that is bound but that nobody streams") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(fixture.write("s.toml", small_scenario() + kKept));
  CHECK(outcome.status == 3);
  CHECK(lines_of(outcome.err) ==
        std::vector<std::string>{
            "warning: queue 'kept' has bindings but nobody streams it: its messages will pile up",
            "stalled: work is pending and nothing can happen any more",
            "  queue 'kept': 10 waiting, 0 unacknowledged, 0 streams; waiting: generator-0, generator-1, "
            "generator-2, ...",
            "  component 'generator' waits for nothing: it ended with status 0; 0 messages in its inbox",
            "  component 'echo' waits for a message; 0 messages in its inbox"});
  // The results are kept, and say so.
  REQUIRE(fixture.runs() == std::vector<std::string>{"run"});
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(summary["status"] == "stalled");
  CHECK(summary["metrics"]["echo.received"] == 10);
  CHECK_THAT(summary["stall"].get<std::string>(), ContainsSubstring("queue 'kept': 10 waiting"));
}

TEST_CASE("stall: a run that ends at a set time has not stalled") {
  const ProgramFixture fixture;
  const Outcome outcome =
      fixture.replay(fixture.write("s.toml", small_scenario() + kKept), {"--until", "5ms"});
  CHECK(outcome.status == 0);
  CHECK(nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["status"] == "completed");
}
