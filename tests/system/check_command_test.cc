// dse check: the topology on stdout, warnings on stderr, no run.
#include "support/catch.h"
#include "support/program_fixture.h"

TEST_CASE("check: warnings go to stderr and name the file") {
  const ProgramFixture fixture;
  const std::string path =
      fixture.write("s.toml", replaced(small_scenario(), "from = \"digits\"", "from = \"digts\"") +
                                  "[[binding]]\nfrom = \"digits\"\nto = \"kept\"\n");
  Command command = dse_command({"check", path});
  command.folder = fixture.file("");
  const Outcome outcome = run_process(command);
  CHECK(outcome.status == 0);
  CHECK(lines_of(outcome.err) ==
        std::vector<std::string>{
            "warning: " + path + ": component 'echo' reads 'digts', which nobody writes",
            "warning: " + path +
                ": queue 'kept' has bindings but nobody streams it: its messages will pile up"});
  CHECK(outcome.out.find("warning") == std::string::npos);
  CHECK_THAT(outcome.out, ContainsSubstring("digits -> kept"));
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"s.toml"});
}

TEST_CASE("check: several scenarios in one go, the first wrong one ends it") {
  const ProgramFixture fixture;
  const std::string good = fixture.write("good.toml", small_scenario());
  const std::string bad = fixture.write("bad.toml", "titel = 1\n");
  const Outcome both = run_process(dse_command({"check", good, good}));
  CHECK(both.status == 0);
  CHECK(both.err == "");
  const Outcome one = run_process(dse_command({"check", good, bad}));
  CHECK(one.status == 2);
  CHECK_THAT(one.out, ContainsSubstring(good + ": Ten digits"));
  CHECK_THAT(one.err, Catch::Matchers::StartsWith("dse: " + bad + ":"));
}

TEST_CASE("check: data is read, and settings hold for each scenario") {
  const ProgramFixture fixture;
  const std::string path = fixture.write("s.toml", small_scenario());
  CHECK(run_process(dse_command({"check", path, "--set", "component.generator.images=none"})).status == 2);
  const Outcome outcome = run_process(dse_command({"check", path, path, "--set", "seed=77"}));
  CHECK(outcome.status == 0);
  const std::size_t first = outcome.out.find("seed 77");
  REQUIRE(first != std::string::npos);
  CHECK(outcome.out.find("seed 77", first + 1) != std::string::npos);
}
