// The command line itself: what it accepts, what it refuses, and what it prints where.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kScenario = kScenarios + "generator-and-echo.toml";

// Checks that the command line is refused before any work, with a sentence and where to read more.
void check_usage(const std::vector<std::string>& arguments, const std::string& message) {
  const ProgramFixture fixture;
  Command command = dse_command(arguments);
  command.folder = fixture.file("");
  const Outcome outcome = run_process(command);
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  CHECK_THAT(outcome.err, ContainsSubstring(message));
  CHECK_THAT(outcome.err, ContainsSubstring("--help"));
  CHECK(names_in(fixture.file("")) == std::vector<std::string>());
}

void check_until_refused(const std::string& until) {
  const ProgramFixture fixture;
  fixture.check_refused(kScenario,
                        {"--until: '" + until + "' is neither \"drained\" nor a duration such as 30s"},
                        {"--until=" + until});
}

}  // namespace

TEST_CASE("command line: nonsense is refused with a sentence") {
  check_usage({}, "name a command");
  check_usage({"frobnicate"}, "frobnicate");
  check_usage({"--nonsense"}, "--nonsense");
  check_usage({"replay"}, "scenario is required");
  check_usage({"check"}, "scenarios is required");
  check_usage({"replay", kScenario, "--nonsense"}, "--nonsense");
  check_usage({"replay", kScenario, "another"}, "another");
  check_usage({"replay", kScenario, "--out"}, "--out");
  check_usage({"replay", kScenario, "--set"}, "--set");
}

TEST_CASE("command line: threads are 1 to 256") {
  for (const std::string bad : {"0", "-1", "257", "two", "", "1.5", "99999999999999999999"}) {
    INFO(bad);
    check_usage({"replay", kScenario, "--threads", bad}, "--threads");
  }
}

TEST_CASE("command line: a seed is an integer from 0 to 2^64-1") {
  for (const std::string bad : {"-1", "x", "", "1.5", "18446744073709551616", "99999999999999999999999"}) {
    INFO(bad);
    check_usage({"replay", kScenario, "--seed", bad},
                "'" + bad + "' is not a seed: expected an integer from 0 to");
  }
  check_usage({"replay", kScenario, "--seed", "1", "--seed", "2"}, "--seed");
}

TEST_CASE("command line: until is drained or a duration") {
  for (const std::string bad : {"nonsense", "5", "-5s", "1e9s", "99999999999h"}) check_until_refused(bad);
}

TEST_CASE("command line: help and version") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"replay", "--help"}, {"check", "-h"}}) {
    const Outcome outcome = run_process(dse_command(arguments));
    CHECK(outcome.status == 0);
    CHECK(outcome.err == "");
    CHECK_THAT(outcome.out, ContainsSubstring("Usage: dse"));
  }
  const Outcome version = run_process(dse_command({"--version"}));
  CHECK(version.status == 0);
  CHECK_THAT(version.out, Catch::Matchers::StartsWith("dse "));
}

TEST_CASE("command line: the seed is in the summary and in the folder's name") {
  const ProgramFixture fixture;
  Command command = dse_command({"replay", kScenario, "--seed", "18446744073709551615"});
  command.folder = fixture.file("");
  CHECK(run_process(command).status == 0);
  CHECK(names_in(fixture.file("runs")) ==
        std::vector<std::string>{"generator-and-echo-s18446744073709551615"});
  const auto summary = nlohmann::json::parse(
      read_file(fixture.file("runs/generator-and-echo-s18446744073709551615/summary.json")));
  CHECK(summary["seed"] == 18446744073709551615U);
}

TEST_CASE("command line: another seed gives another run, the same seed the same") {
  const ProgramFixture fixture;
  const auto fingerprint = [&](const std::string& seed) {
    CHECK(fixture.replay(kScenario, {"--seed", seed}).status == 0);
    return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["fingerprint"];
  };
  const auto one = fingerprint("1");
  CHECK(one != fingerprint("2"));
  CHECK(one == fingerprint("1"));
}

TEST_CASE("command line: until ends a run at a virtual time, drained overrules the scenario") {
  const ProgramFixture fixture;
  const auto summary = [&](const std::vector<std::string>& more) {
    std::vector<std::string> options = {"--set", "expect=[]"};
    options.insert(options.end(), more.begin(), more.end());
    CHECK(fixture.replay(kScenario, options).status == 0);
    return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  };
  const auto cut = summary({"--until", "4500us"});
  CHECK(cut["virtual_time_ns"] == 4'500'000);
  CHECK(cut["metrics"]["generator.sent"] == 5);
  CHECK(cut["status"] == "completed");
  CHECK(summary({"--until", "0s"})["virtual_time_ns"] == 0);
  CHECK(summary({"--until", "800000h"})["metrics"]["generator.sent"] == 10);
  CHECK(summary({"--set", "until=2ms"})["metrics"]["generator.sent"] == 3);
  CHECK(summary({"--set", "until=2ms", "--until", "drained"})["metrics"]["generator.sent"] == 10);
}

TEST_CASE("command line: quiet prints nothing") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(kScenario, {"--quiet"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "");
  CHECK(outcome.err == "");
  CHECK(fixture.runs() == std::vector<std::string>{"run"});
}

TEST_CASE("command line: results go to stdout, without colours or progress when it is no terminal") {
  const ProgramFixture fixture;
  for (const std::string term : {"dumb", "xterm-256color"}) {
    Command command = fixture.replay_command(kScenario);
    command.environment = {{"TERM", term}};
    const Outcome outcome = run_process(command);
    CHECK(outcome.status == 0);
    CHECK(outcome.err == "");
    CHECK_THAT(outcome.out, ContainsSubstring("A generator and an echo"));
    CHECK_THAT(outcome.out, ContainsSubstring("results in " + fixture.run()));
    CHECK(outcome.out.find('\x1b') == std::string::npos);
    CHECK(outcome.out.find('\r') == std::string::npos);
  }
}

TEST_CASE("command line: colours on a terminal, none there with NO_COLOR") {
  if (!std::filesystem::exists("/usr/bin/script")) {
    WARN("not tested: there is no script(1) to make a terminal with");
    return;
  }
  const ProgramFixture fixture;
  const auto printed = [&](const std::string& no_color) {
    Command command = fixture.replay_command(kScenario);
    std::string line;
    for (const std::string& word : command.arguments) line += " '" + word + "'";
    command.arguments = {"--quiet", "--return", "--command", command.program + line, "/dev/null"};
    command.program = "/usr/bin/script";
    command.environment = {{"NO_COLOR", no_color}};
    const Outcome outcome = run_process(command);
    CHECK(outcome.status == 0);
    return outcome.out;
  };
  CHECK_THAT(printed(""), ContainsSubstring("\x1b[32mok"));
  CHECK(printed("1").find("\x1b[32m") == std::string::npos);
}

TEST_CASE("command line: a standard output that takes nothing is an error") {
  const Command check = dse_command({"check", kScenario});
  const Outcome full = run_process(with_shell_limits("exec >/dev/full", check));
  CHECK(full.status == 3);
  CHECK_THAT(full.err, ContainsSubstring("cannot write to standard output: No space left on device"));
}

TEST_CASE("command line: --quiet still says on stderr what failed") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", small_scenario() + "\n[[expect]]\nmetric = \"echo.received\"\nmin = 11\n");
  const Outcome outcome = fixture.replay(scenario, {"--quiet"});
  CHECK(outcome.status == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "FAILED echo.received is 10, expected at least 11\n");
}

TEST_CASE("command line: --until counts in place of the scenario's, and the summary says so") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", small_scenario());
  CHECK(fixture.replay(scenario, {"--until", "3ms"}).status == 0);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"until\": \"3ms\""));
  CHECK(fixture.replay(scenario, {}).status == 0);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"until\": \"drained\""));
}

TEST_CASE("command line: more threads than the system gives") {
  const ProgramFixture fixture;
  const Command command = fixture.replay_command(kScenario, {"--threads", "256"});
  const Outcome outcome = run_process(with_shell_limits("ulimit -v 400000", command));
  // A sanitizer itself needs more than that.
  if (outcome.err.find("Sanitizer") != std::string::npos) return;
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("cannot start 256 threads"));
  CHECK_THAT(outcome.err, ContainsSubstring("use fewer with --threads"));
  CHECK(fixture.runs() == std::vector<std::string>());
}
