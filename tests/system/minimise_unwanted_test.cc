// dse explore --minimise: what a smaller scenario must keep, and what is left when there is none.
#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

Outcome minimise(const ProgramFixture& fixture, const std::string& scenario) {
  return run_process(
      dse_command({"explore", scenario, "--seeds", "1..2", "--minimise", "--out", fixture.run()}));
}

std::string minimised(const ProgramFixture& fixture) { return read_file(fixture.run() + "/minimised.toml"); }

}  // namespace

TEST_CASE("minimise: header names of any kind are kept") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml",
      small_scenario() +
          "[component.kept]\nkind = \"watch\"\nfrom = \"kept\"\n"
          "[[binding]]\nfrom = \"digits\"\nto = \"kept\"\nmatch = \"any\"\n"
          "headers = { \"it's\" = 1, \"a\\nb\\tc\" = 2, \"ü\\\\\" = 3, label = 7, \"#\" = \"'''\\n\" }\n"
          "[[expect]]\nmetric = \"kept.received\"\nmax = 0\n");
  const Outcome outcome = minimise(fixture, scenario);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("minimised to "));
  CHECK(run_process(dse_command({"replay", fixture.run() + "/minimised.toml", "--out", fixture.file("o")}))
            .status == 1);
  CHECK(fs::exists(fixture.run() + "/failures.csv"));
}

TEST_CASE("minimise: an expectation that must not hold keeps all that it says") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml",
      replaced(small_scenario(), "limit = 10", "limit = 100") +
          "[[expect]]\nmetric = \"generator.sent\"\nmin = 50\nmax = 600\nby = \"1s\"\nfails = true\n");
  const Outcome outcome = minimise(fixture, scenario);
  INFO(outcome.out << outcome.err);
  CHECK_THAT(outcome.out, ContainsSubstring("minimised to 50 messages in "));
  for (const std::string key : {"min = 50", "max = 600", "by = \"1s\"", "fails = true"})
    CHECK_THAT(minimised(fixture), ContainsSubstring(key));
}

TEST_CASE("minimise: the fault that was to be noticed stays planted") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml", small_scenario() +
                    "[component.onlooker]\nkind = \"watch\"\nfrom = \"digits\"\n"
                    "[[fault]]\nkind = \"swap\"\ncomponent = \"generator\"\n"
                    "[[expect]]\nresource = \"digits\"\ndelivered = \"exactly-once\"\nfails = true\n");
  const Outcome outcome = minimise(fixture, scenario);
  INFO(outcome.out << outcome.err);
  CHECK_THAT(minimised(fixture), ContainsSubstring("[[fault]]"));
  CHECK_THAT(minimised(fixture), ContainsSubstring("kind = \"swap\""));
  CHECK(minimised(fixture).find("onlooker") == std::string::npos);
}

TEST_CASE("minimise: a scenario of which only the gateway is left") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", replaced(small_scenario(), "[component.echo]", "[component.consumer]") +
                                  "[[gateway.export]]\nfrom = \"digits\"\nexchange = \"x\"\n"
                                  "[[expect]]\nmetric = \"export-digits.exported\"\nmin = 100\n");
  const Outcome outcome = minimise(fixture, scenario);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 1);
  CHECK_THAT(minimised(fixture), ContainsSubstring("[[gateway.export]]"));
}
