// Which runs are kept when others come: with default names, after Ctrl-C, and with files that somebody added.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

// A fixture in which default names are used.
struct Desk {
  ProgramFixture fixture;
  std::string scenario = fixture.write("x.toml", small_scenario());

  Outcome dse(std::vector<std::string> arguments) const {
    Command command = dse_command(std::move(arguments));
    command.folder = fixture.file("");
    return run_process(command);
  }
  Outcome replay(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"replay", "x.toml"});
    return dse(more);
  }
  Names runs() const { return names_in(fixture.file("runs")); }
  Names files(const std::string& run) const { return names_in(fixture.file("runs/" + run)); }
};

void check_results_in(const Outcome& outcome, const std::string& name) {
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(lines_of(outcome.out).back().ends_with("/runs/" + name));
}

}  // namespace

TEST_CASE("kept: a plain replay leaves the recorded run that one wants to compare with") {
  const Desk desk;
  check_results_in(desk.replay({"--record"}), "x-s1");
  const Outcome plain = desk.replay();
  check_results_in(plain, "x-s1-2");
  CHECK_THAT(plain.err,
             ContainsSubstring("runs/x-s1: holds events.sqlite, which this run has not: it is left "
                               "as it is, and the results are in "));
  check_results_in(desk.replay(), "x-s1-2");
  CHECK(desk.runs() == Names{"x-s1", "x-s1-2"});
  const Outcome diff = desk.dse({"diff", "runs/x-s1", "runs/x-s1-2"});
  CHECK(diff.status == 0);
  CHECK_THAT(diff.out, ContainsSubstring("the same: "));

  // A run with everything that it has, and a run that is told to, may take its place.
  check_results_in(desk.replay({"--record"}), "x-s1");
  check_results_in(desk.replay({"--out", "runs/x-s1"}), "x-s1");
  CHECK(desk.files("x-s1") ==
        Names{"echo.log", "latencies.csv", "metrics.csv", "summary.json", "timing.json", "topology.json"});
  check_results_in(desk.replay(), "x-s1");
}

TEST_CASE("kept: what somebody put into a run directory") {
  const Desk desk;
  check_results_in(desk.replay(), "x-s1");
  desk.fixture.write("runs/x-s1/thesis.txt", "years of work");
  check_results_in(desk.replay(), "x-s1-2");
  const Outcome told = desk.replay({"--out", "runs/x-s1"});
  CHECK(told.status == 2);
  CHECK_THAT(told.err,
             ContainsSubstring("holds 'thesis.txt', which no run has written there: move it away or "
                               "choose another place with --out"));
  CHECK(read_file(desk.fixture.file("runs/x-s1/thesis.txt")) == "years of work");
}

TEST_CASE("kept: a component may be named like the capture, and its run is replaced as any") {
  const Desk desk;
  desk.fixture.write("x.toml", replaced(small_scenario(), "[component.echo]", "[component.capture]"));
  check_results_in(desk.replay(), "x-s1");
  check_results_in(desk.replay(), "x-s1");
  // A folder of that name, such as a node of the component has.
  fs::create_directories(desk.fixture.file("runs/x-s1.partial-999999999/capture"));
  check_results_in(desk.replay(), "x-s1");
  CHECK(desk.runs() == Names{"x-s1"});
}

TEST_CASE("kept: timing.json lists what the run has written") {
  const Desk desk;
  check_results_in(desk.replay({"--record"}), "x-s1");
  const auto timing = nlohmann::json::parse(read_file(desk.fixture.file("runs/x-s1/timing.json")));
  CHECK(timing["files"] == Names{"echo.log", "events.sqlite", "latencies.csv", "metrics.csv",
                                 "predictions.csv", "summary.json", "topology.json"});
}
