// When standard output or error is closed, full or gone, or a limit of the system is reached, a run goes on
// and ends with the proper status.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

std::string failing_scenario() {
  return small_scenario() + "[[expect]]\nmetric = \"echo.received\"\nmin = 11\n";
}

// Runs the command with its standard error unusable in each way; the last is a pipe whose reader is gone.
void check_status_without_stderr(const Command& command, int status) {
  const ProgramFixture fixture;
  const std::string fifo = "'" + fixture.file("fifo") + "'";
  for (const std::string& gone : {std::string("exec 2>&-"), std::string("exec 2>/dev/full"),
                                  "mkfifo " + fifo + "; exec 3<>" + fifo + " 2>" + fifo + " 3>&-"}) {
    INFO(gone);
    const Outcome outcome = run_process(with_shell_limits(gone, command));
    CHECK(outcome.signal == 0);
    CHECK(outcome.status == status);
  }
}

}  // namespace

TEST_CASE("streams: without a standard error, the exit status is the one that is due") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", failing_scenario());
  check_status_without_stderr(dse_command({"check", "nope.toml"}), 2);
  check_status_without_stderr(dse_command({"reply"}), 2);
  check_status_without_stderr(dse_command({"check", scenario}), 0);
  check_status_without_stderr(fixture.replay_command(scenario, {"--quiet"}), 1);
  check_status_without_stderr(fixture.replay_command(fixture.write("r.toml", small_scenario())), 0);
  // No file of the run took the number of the closed one.
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(summary["status"] == "completed");
  CHECK(lines_of(read_file(fixture.run() + "/echo.log")).size() == 10);
}

TEST_CASE("streams: a standard output that is closed or full is an error, also of help") {
  const std::string scenario = kScenarios + "generator-and-echo.toml";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"check", scenario}, {"--help"}, {"replay", "--help"}, {"--version"}}) {
    const Outcome closed = run_process(with_shell_limits("exec >&-", dse_command(arguments)));
    CHECK(closed.status == 3);
    CHECK_THAT(closed.err, ContainsSubstring("dse: cannot write to standard output: Bad file descriptor"));
    const Outcome full = run_process(with_shell_limits("exec >/dev/full", dse_command(arguments)));
    CHECK(full.status == 3);
    CHECK_THAT(full.err, ContainsSubstring("cannot write to standard output: No space left on device"));
  }
}

TEST_CASE("streams: a file that may not grow is an error, and leaves nothing behind") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", replaced(small_scenario(), "limit = 10", "limit = 90"));
  const Outcome outcome = run_process(with_shell_limits("ulimit -f 1", fixture.replay_command(scenario)));
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("File too large"));
  CHECK(fixture.runs().empty());
}

TEST_CASE("streams: explore runs as many side by side as the limit of open files allows") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", small_scenario());
  const auto explored = [&](const std::string& limits, const std::string& jobs) {
    const Outcome outcome = run_process(
        with_shell_limits(limits, dse_command({"explore", scenario, "--seeds", "1..60", "--jobs", jobs,
                                               "--quiet", "--out", fixture.file("runs/explored")})));
    CHECK(outcome.signal == 0);
    CHECK(outcome.status == 0);
    return outcome.err;
  };
  CHECK(explored("ulimit -n 1024", "2").empty());
  CHECK_THAT(explored("ulimit -n 120", "50"),
             ContainsSubstring("warning: the limit of open files (ulimit -n 120) has room for ") &&
                 ContainsSubstring(" side by side, not 50\n"));
  CHECK_THAT(explored("ulimit -n 24", "50"), ContainsSubstring("has room for 1 run side by side, not 50\n"));
  CHECK(fixture.runs() == std::vector<std::string>{"explored"});
}

TEST_CASE("streams: verify runs as many side by side as the limit of open files allows") {
  const Outcome outcome = run_process(with_shell_limits(
      "ulimit -n 24", dse_command({"verify", kScenarios + "prefetch.toml", kScenarios + "route-by-key.toml",
                                   kScenarios + "late-model.toml", "--jobs", "60"})));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.err, ContainsSubstring("side by side, not 3\n"));
}

TEST_CASE("streams: with hardly any open files a run is refused, and leaves nothing behind") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", small_scenario());
  for (int limit = 4; limit <= 16; ++limit) {
    const Outcome outcome = run_process(
        with_shell_limits("ulimit -n " + std::to_string(limit), fixture.replay_command(scenario)));
    INFO(limit << ": " << outcome.err);
    // The program itself needs some descriptors to start.
    if (outcome.err.find("error while loading shared libraries") != std::string::npos) continue;
    if (outcome.err.find("Sanitizer") != std::string::npos) continue;
    CHECK(outcome.signal == 0);
    if (outcome.status == 0) continue;
    CHECK((outcome.status == 2 || outcome.status == 3));
    CHECK_THAT(outcome.err, ContainsSubstring("Too many open files"));
    CHECK(fixture.runs().empty());
  }
}

TEST_CASE("streams: a run has as many components as one likes, whatever the limit of open files") {
  constexpr int kComponents = 2'000;
  const ProgramFixture fixture;
  std::string text = small_scenario();
  for (int number = 0; number < kComponents; ++number)
    text += "[component.e" + std::to_string(number) + "]\nkind = \"echo\"\nfrom = \"digits\"\n";
  const Outcome outcome = run_process(
      with_shell_limits("ulimit -n 32", fixture.replay_command(fixture.write("many.toml", text))));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  std::size_t logs = 0;
  std::size_t lines = 0;
  for (const std::string& name : names_in(fixture.run())) {
    if (!name.ends_with(".log")) continue;
    ++logs;
    lines += lines_of(read_file(fixture.run() + "/" + name)).size();
  }
  CHECK(logs == kComponents + 1);
  CHECK(lines == 10);  // the consumers of a queue share its messages
}

TEST_CASE("streams: no colours and no lines over lines on a dumb terminal") {
  if (!std::filesystem::exists("/usr/bin/script")) {
    WARN("not tested: there is no script(1) to make a terminal with");
    return;
  }
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", failing_scenario());
  const auto printed = [&](const std::string& term) {
    Command command = fixture.replay_command(scenario);
    std::string line;
    for (const std::string& word : command.arguments) line += " '" + word + "'";
    command.arguments = {"--quiet", "--return", "--command", command.program + line, "/dev/null"};
    command.program = "/usr/bin/script";
    command.environment = {{"NO_COLOR", ""}, {"TERM", term}};
    return run_process(command).out;
  };
  CHECK_THAT(printed("xterm"), ContainsSubstring("\x1b[31mFAILED"));
  const std::string dumb = printed("dumb");
  CHECK_THAT(dumb, ContainsSubstring("FAILED"));
  CHECK(dumb.find('\x1b') == std::string::npos);
}
