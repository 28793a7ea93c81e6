// Runs that are cut short from outside: by SIGINT, SIGTERM and SIGKILL.
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t kImages = 3'000'000;  // each has one pixel: seconds of work on any machine

// A scenario that runs for a long time, and writes what it receives.
std::string long_scenario(const ProgramFixture& fixture) {
  fixture.write("images", idx_header(0x08, {kImages, 1, 1}) + std::string(kImages, '\1'));
  fixture.write("labels", idx_header(0x08, {kImages}) + std::string(kImages, '\1'));
  return fixture.write(
      "long.toml",
      "[component.generator]\nkind = \"training-generator\"\nimages = \"images\"\nlabels = \"labels\"\n"
      "to = \"digits\"\nrate = \"1000/s\"\n"
      "[component.a]\nkind = \"echo\"\nfrom = \"digits\"\n"
      "[component.b]\nkind = \"echo\"\nfrom = \"copy\"\n"
      "[[binding]]\nfrom = \"digits\"\nto = \"copy\"\n");
}

// Whether a run has begun to write what its consumers received.
bool has_begun(const ProgramFixture& fixture) {
  for (const std::string& name : fixture.runs()) {
    std::error_code none_yet;
    const auto size = fs::file_size(fixture.file("runs/" + name + "/a.log"), none_yet);
    if (!none_yet && size > 0) return true;
  }
  return false;
}

void check_interrupted(int signal) {
  const ProgramFixture fixture;
  Process process(fixture.replay_command(long_scenario(fixture)));
  process.send_when(signal, [&] { return has_begun(fixture); });
  const Outcome outcome = process.wait();
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 130);
  CHECK_THAT(outcome.out, ContainsSubstring("interrupted"));

  REQUIRE(fixture.runs() == std::vector<std::string>{"run"});
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(summary["status"] == "interrupted");
  const auto sent = summary["metrics"]["generator.sent"].get<std::size_t>();
  const auto received = summary["metrics"]["a.received"].get<std::size_t>();
  CHECK(received > 0);
  CHECK(received <= sent);
  CHECK(sent < kImages);
  // Everything received is saved, to the last line.
  CHECK(lines_of(read_file(fixture.run() + "/a.log")).size() == received);
  CHECK(names_in(fixture.run()) == std::vector<std::string>{"a.log", "b.log", "latencies.csv", "metrics.csv",
                                                            "summary.json", "timing.json", "topology.json"});
}

}  // namespace

TEST_CASE("interrupt: Ctrl-C saves what there is") { check_interrupted(SIGINT); }

TEST_CASE("interrupt: SIGTERM saves what there is") { check_interrupted(SIGTERM); }

TEST_CASE("interrupt: what a run was to reach is not judged") {
  const ProgramFixture fixture;
  const std::string path = long_scenario(fixture);
  const std::string scenario = fixture.write(
      "expecting.toml",
      read_file(path) + "[[expect]]\nmetric = \"a.received\"\nmin = " + std::to_string(kImages) + "\n");
  Process process(fixture.replay_command(scenario));
  process.send_when(SIGINT, [&] { return has_begun(fixture); });
  const Outcome outcome = process.wait();
  CHECK(outcome.status == 130);
  CHECK(outcome.out.find("FAILED") == std::string::npos);
  CHECK_THAT(outcome.out, ContainsSubstring("1 expectation was not judged: the run was interrupted\n"));
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(summary["expectations"][0]["met"].is_null());
}

TEST_CASE("interrupt: a killed run has no run directory, and the next one sweeps up after it") {
  const ProgramFixture fixture;
  const std::string scenario = long_scenario(fixture);
  pid_t killed = 0;
  {
    Process process(fixture.replay_command(scenario));
    killed = process.id();
    process.send_when(SIGKILL, [&] { return has_begun(fixture); });
    CHECK(process.wait().signal == SIGKILL);
  }
  CHECK(fixture.runs() == std::vector<std::string>{"run.partial-" + std::to_string(killed)});

  // Neither a living process's files nor files with merely similar names are cleaned up.
  fixture.write("runs/run.partial-1/echo.log", "of the first process");
  fixture.write("runs/run.partial-mine/echo.log", "of no process");
  fixture.write("runs/other.partial-" + std::to_string(killed) + "/echo.log", "of another run");
  CHECK(fixture.replay(kScenarios + "generator-and-echo.toml").status == 0);
  CHECK(fixture.runs() == std::vector<std::string>{"other.partial-" + std::to_string(killed), "run",
                                                   "run.partial-1", "run.partial-mine"});
  CHECK(names_in(fixture.run()) == std::vector<std::string>{"echo.log", "latencies.csv", "metrics.csv",
                                                            "summary.json", "timing.json", "topology.json"});
}

TEST_CASE("interrupt: an interrupted run leaves a whole one alone") {
  const ProgramFixture fixture;
  CHECK(fixture.replay(kScenarios + "generator-and-echo.toml").status == 0);
  const std::string whole = read_file(fixture.run() + "/summary.json");
  Process process(fixture.replay_command(long_scenario(fixture)));
  process.send_when(SIGINT, [&] { return has_begun(fixture); });
  const Outcome outcome = process.wait();
  CHECK(outcome.status == 130);
  CHECK_THAT(outcome.err, ContainsSubstring(
                              "is of a run that came to its end, and this one was interrupted: it is left as "
                              "it is, and the results are in " +
                              fixture.run() + "-2"));
  CHECK(lines_of(outcome.out).back() == "results in " + fixture.run() + "-2");
  CHECK(fixture.runs() == std::vector<std::string>{"run", "run-2"});
  CHECK(read_file(fixture.run() + "/summary.json") == whole);
}

TEST_CASE("interrupt: what was put where the run was to go is left alone, and the run is beside it") {
  const ProgramFixture fixture;
  Process process(fixture.replay_command(long_scenario(fixture)));
  process.send_when(SIGINT, [&] {
    if (!has_begun(fixture)) return false;
    fixture.write("runs/run/thesis.txt", "years of work");
    return true;
  });
  const Outcome outcome = process.wait();
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("dse: " + fixture.run() +
                                            ": exists and is not a run directory: it is left as it is, and "
                                            "the results are in " +
                                            fixture.run() + "-2"));
  CHECK(fixture.runs() == std::vector<std::string>{"run", "run-2"});
  CHECK(names_in(fixture.run()) == std::vector<std::string>{"thesis.txt"});
  CHECK(fs::exists(fixture.run() + "-2/summary.json"));
}
