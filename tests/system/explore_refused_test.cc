// What dse explore refuses, and how it says so.
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kScenario = kScenarios + "generator-and-echo.toml";

void check_refused(const std::vector<std::string>& arguments, const std::string& message) {
  const ProgramFixture fixture;
  std::vector<std::string> words = {"explore", kScenario, "--out", fixture.run()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const Outcome outcome = run_process(dse_command(words));
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  CHECK_THAT(outcome.err, ContainsSubstring(message));
  CHECK(fixture.runs() == std::vector<std::string>());
}

}  // namespace

TEST_CASE("explore: nonsense is refused") {
  check_refused({"--seeds", "5..3"}, "dse: --seeds: '5..3' is empty: expected the smaller seed first, 3..5");
  for (const std::string bad : {"x", "1..x", "..3", "1..", "1..2..3", "-1..3", "1...3", " 1", "1.5", ""}) {
    INFO(bad);
    check_refused({"--seeds=" + bad}, "--seeds");
  }
  check_refused({"--seeds", "x..y"},
                "dse: --seeds: 'x..y' is no range of seeds: expected FIRST..LAST, such as 1..100");
  check_refused({"--seeds", "1..18446744073709551616"}, "is no range of seeds");
  check_refused({}, "--seeds is required");
  check_refused({"--seeds", "0..18446744073709551615"}, "these are more than 1000000 runs: ask for fewer");
  check_refused({"--seeds", "1..1000", "--orderings", "1001"}, "these are more than 1000000 runs");
  check_refused({"--seeds", "1", "--orderings", "0"}, "--orderings");
  check_refused({"--seeds", "1", "--jobs", "0"}, "--jobs");
}

TEST_CASE("explore: what is wrong with --vary is said of --vary") {
  check_refused({"--seeds", "1", "--vary", "nonsense=1"}, "dse: --vary nonsense: unknown key");
  check_refused({"--seeds", "1", "--vary", "component.generator.lmit=1,2"},
                "dse: --vary component.generator.lmit: unknown key; did you mean 'limit'?");
  check_refused({"--seeds", "1", "--vary", "component.nobody.limit=1"},
                "dse: --vary component.nobody.limit: the scenario has no 'nobody'");
  check_refused({"--seeds", "1", "--vary", "component.generator.limit=1,many"},
                "dse: --vary component.generator.limit: expected an integer, found a string");
  // Only the run can tell how long the file is.
  check_refused({"--seeds", "1", "--vary", "component.generator.slice=[0, 10],[0, 99999]"},
                "dse: --vary component.generator.slice: [0, 99999] is out of range");
  for (const std::string bad :
       {"component.generator.limit=", "component.generator.limit=1,", "=1", "limit", ""}) {
    INFO(bad);
    check_refused({"--seeds", "1", "--vary", bad}, "--vary");
  }
  check_refused({"--seeds", "1", "--vary", "bus.latency=1us,,2us"},
                "expected KEY=VALUE,VALUE,..., such as resource.digits.prefetch=1,8,64");
  check_refused({"--seeds", "1", "--vary", "seed=1,2"}, "dse: --vary seed: is not for --vary: use --seeds");
  check_refused({"--seeds", "1", "--vary", "ordering=1,2"},
                "--vary ordering: is not for --vary: use --orderings");
}

TEST_CASE("explore: what is varied twice is refused") {
  const std::string key = "component.generator.limit";
  check_refused({"--seeds", "1", "--vary", key + "=1,2", "--vary", key + "=3"},
                "--vary component.generator.limit: is given twice");
  check_refused({"--seeds", "1", "--vary", key + "=1,2,2"}, "has a value twice");
  check_refused({"--seeds", "1", "--vary", "\"seed\"=1,2"}, "--vary seed: is not for --vary: use --seeds");
}
