// Reports, as people make them: of a run, of several, of an exploration; where they go, and what is refused.
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "small_disk.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

const std::string kScenario = kScenarios + "few-digits.toml";
const std::string kOpening = "<!doctype html><!-- a report of dse -->\n";

Outcome report(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "report");
  return run_process(dse_command(std::move(arguments)));
}

Outcome replay_to(const std::string& out, const std::vector<std::string>& more = {},
                  const std::string& scenario = kScenario) {
  std::vector<std::string> arguments = {"replay", scenario, "--quiet", "--out", out};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_process(dse_command(std::move(arguments)));
}

void check_refused(const std::vector<std::string>& arguments, int status, const std::string& message) {
  const Outcome outcome = report(arguments);
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == status);
  CHECK(outcome.out == "");
  REQUIRE(lines_of(outcome.err).size() == 1);
  CHECK_THAT(outcome.err, Catch::Matchers::StartsWith("dse: "));
  CHECK_THAT(outcome.err, ContainsSubstring(message));
}

}  // namespace

TEST_CASE("report: of a run, beside it, and the same each time") {
  const ProgramFixture fixture;
  REQUIRE(replay_to(fixture.run()).status == 0);
  const Outcome outcome = report({fixture.run()});
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "");
  CHECK(outcome.out == "report in " + fixture.run() + ".html\n");
  const std::string page = read_file(fixture.run() + ".html");
  CHECK(page.starts_with(kOpening));
  CHECK(page.size() < 5'000'000);
  for (const char* part :
       {"Four models learn a few digits", "few-digits.toml, seed 2015", "2 of 2 expectations as planned",
        "lenet.*", "data:image/png;base64,", "lenet, answers", "p99.9", "fingerprint of models"})
    CHECK_THAT(page, ContainsSubstring(part));
  CHECK(page.find("Some images are not shown") == std::string::npos);
  CHECK(report({fixture.run() + "/"}).status == 0);
  CHECK(read_file(fixture.run() + ".html") == page);
  // The run stays as it was: it may be replaced, and shown again.
  CHECK(replay_to(fixture.run(), {"--seed", "7", "--report"}).status == 0);
  CHECK(fixture.runs() == std::vector<std::string>{"run", "run.html"});
  CHECK_THAT(read_file(fixture.run() + ".html"), ContainsSubstring("few-digits.toml, seed 7"));
}

TEST_CASE("report: replay makes it, and says where") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(kScenario, {"--report"});
  CHECK(outcome.status == 0);
  CHECK(lines_of(outcome.out).back() == "report in " + fixture.run() + ".html");
  const std::string page = read_file(fixture.run() + ".html");
  CHECK(report({fixture.run(), "-o", fixture.file("again.html")}).status == 0);
  CHECK(read_file(fixture.file("again.html")) == page);
  // A run whose expectations fail is shown, and fails.
  const Outcome failed =
      fixture.replay(kScenario, {"--report", "--set", "expect.0.max=5", "--set", "expect.0.min=1"});
  INFO(failed.err);
  CHECK(failed.status == 1);
  CHECK_THAT(read_file(fixture.run() + ".html"), ContainsSubstring("1 of 2 expectations as planned"));
}

TEST_CASE("report: of two runs, in the order of the command line") {
  const ProgramFixture fixture;
  REQUIRE(replay_to(fixture.file("one")).status == 0);
  REQUIRE(replay_to(fixture.file("two"), {"--seed", "8"}).status == 0);
  const Outcome outcome = report({fixture.file("one"), fixture.file("two"), "-o", fixture.file("both.html")});
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "report in " + fixture.file("both.html") + "\n");
  const std::string page = read_file(fixture.file("both.html"));
  for (const char* part :
       {"2 runs of few-digits.toml", "A: one", "B: two", "Metrics that differ", "B: two − A: one"})
    CHECK_THAT(page, ContainsSubstring(part));
  CHECK(report({fixture.file("two"), fixture.file("one")}).status == 0);
  CHECK_THAT(read_file(fixture.file("two.html")), ContainsSubstring("A: two"));
  check_refused({fixture.file("one"), fixture.file("none")}, 2, "none: there is no such run directory");
}

TEST_CASE("report: of an exploration") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("small.toml", small_scenario() + "[[expect]]\nmetric = \"echo.received\"\nmin = 11\n");
  const Outcome explored =
      run_process(dse_command({"explore", scenario, "--seeds", "1..3", "--vary",
                               "component.generator.limit=5,10", "--out", fixture.file("found")}));
  INFO(explored.err);
  REQUIRE(explored.status == 1);
  const Outcome outcome = report({fixture.file("found")});
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  const std::string page = read_file(fixture.file("found.html"));
  for (const char* part : {"small.toml, explored", "6 runs, 6 failed: completed", "replay ", "--seed 3",
                           "echo.received", "component.generator.limit"})
    CHECK_THAT(page, ContainsSubstring(part));
  REQUIRE(replay_to(fixture.run()).status == 0);
  check_refused({fixture.run(), fixture.file("found")}, 2,
                "found: is an exploration, which has a report by itself");
}

TEST_CASE("report: what an interrupted run was to hold is not judged") {
  const ProgramFixture fixture;
  REQUIRE(replay_to(fixture.run()).status == 0);
  // As a run leaves it that ends before its expectations are judged.
  auto summary = nlohmann::ordered_json::parse(read_file(fixture.run() + "/summary.json"));
  summary["status"] = "interrupted";
  for (auto& expectation : summary["expectations"]) expectation["met"] = nullptr;
  std::ofstream(fixture.run() + "/summary.json") << summary.dump(2) << '\n';
  CHECK(report({fixture.run()}).status == 0);
  const std::string page = read_file(fixture.run() + ".html");
  CHECK_THAT(page, ContainsSubstring("<p class=\"bad\">0 of 2 expectations as planned, 2 not judged.</p>"));
  CHECK_THAT(page, ContainsSubstring(": interrupted"));
}

TEST_CASE("report: runs of many kinds, without a prediction, with refusals and faults, have theirs") {
  const ProgramFixture fixture;
  for (const char* scenario : {"generator-and-echo", "fault-times", "drift-and-recovery", "table", "refused",
                               "dead-letter-key", "exchange-types", "replicas"}) {
    INFO(scenario);
    const Outcome replayed = replay_to(fixture.run(), {}, kScenarios + scenario + ".toml");
    INFO(replayed.err);
    REQUIRE(replayed.status == 0);
    const Outcome outcome = report({fixture.run()});
    INFO(outcome.err);
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("report: what cannot be shown is refused with a sentence") {
  const ProgramFixture fixture;
  check_refused({fixture.file("none")}, 2, "there is no such run directory; `dse replay` makes one");
  check_refused({fixture.file("")}, 2, "is no run directory: it has no summary.json");
  check_refused({kScenario}, 2, "is a file; a report is made from the directory that a run has left");
  REQUIRE(replay_to(fixture.file("digits")).status == 0);
  REQUIRE(replay_to(fixture.file("echo"), {}, kScenarios + "generator-and-echo.toml").status == 0);
  check_refused({fixture.file("digits"), fixture.file("echo")}, 2,
                "a report shows runs of one scenario beside each other; make one report for each");
  fs::remove(fixture.file("echo/topology.json"));
  check_refused({fixture.file("echo")}, 2,
                "is incomplete: topology.json is missing; replay the scenario again");
  fixture.write("digits/summary.json", replaced(read_file(fixture.file("digits/summary.json")),
                                                "\"version\": \"", "\"version\": \"0."));
  check_refused({fixture.file("digits")}, 2, "replay the scenario again");
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"digits", "echo"});
  const Outcome none = report({});
  CHECK(none.status == 2);
  CHECK_THAT(none.err, ContainsSubstring("runs"));
}

TEST_CASE("report: a file that is no report is left alone, a report is replaced") {
  const ProgramFixture fixture;
  REQUIRE(replay_to(fixture.run()).status == 0);
  const std::string thesis = fixture.write("thesis.html", "<!doctype html>\nyears of work");
  check_refused({fixture.run(), "-o", thesis}, 2,
                "thesis.html: exists and is no report; choose another name, or move it away");
  CHECK(read_file(thesis) == "<!doctype html>\nyears of work");
  check_refused({fixture.run(), "-o", fixture.file("runs")}, 2, "runs: exists and is no report");
  CHECK(report({fixture.run(), "-o", fixture.file("page.html")}).status == 0);
  CHECK(report({fixture.run(), "-o", fixture.file("page.html")}).status == 0);
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"page.html", "runs", "thesis.html"});
  // Replayed with --report, the run is kept and only its page is refused.
  fixture.write("runs/run.html", "years of work");
  const Outcome outcome = fixture.replay(kScenario, {"--report"});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("run.html: exists and is no report"));
  CHECK(read_file(fixture.run() + ".html") == "years of work");
}

TEST_CASE("report: a place that cannot be written is told, and nothing of the page is left") {
  const ProgramFixture fixture;
  REQUIRE(replay_to(fixture.run()).status == 0);
  check_refused({fixture.run(), "-o", fixture.file("none/page.html")}, 3, "No such file or directory");
  check_refused({fixture.run(), "-o", "/proc/page.html"}, 3, "cannot write '/proc/page.html': ");
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"runs"});
  const SmallDisk disk(fixture.file("disk"), "64k");
  if (!disk.mounted()) {
    WARN("a full disk was not tested: no file system can be mounted here (" << disk.reason() << ")");
    return;
  }
  check_refused({fixture.run(), "-o", fixture.file("disk/page.html")}, 3, "No space left on device");
  CHECK(names_in(fixture.file("disk")).empty());
  fixture.write("disk/page.html", kOpening + "the page before");
  check_refused({fixture.run(), "-o", fixture.file("disk/page.html")}, 3, "No space left on device");
  CHECK(names_in(fixture.file("disk")) == std::vector<std::string>{"page.html"});
  CHECK(read_file(fixture.file("disk/page.html")) == kOpening + "the page before");
}

TEST_CASE("report: a folder that may not be written") {
  if (geteuid() == 0) {
    WARN("not tested: root may write everywhere");
    return;
  }
  const ProgramFixture fixture;
  REQUIRE(replay_to(fixture.run()).status == 0);
  fs::create_directory(fixture.file("closed"));
  fs::permissions(fixture.file("closed"), fs::perms::owner_read | fs::perms::owner_exec);
  check_refused({fixture.run(), "-o", fixture.file("closed/page.html")}, 3, "Permission denied");
}

TEST_CASE("report: images whose file has changed or is gone are told, and the rest is shown") {
  const ProgramFixture fixture;
  const std::string images = "t10k-images-idx3-ubyte.gz";
  std::string text = read_file(kScenario);
  for (std::size_t at = text.find("../data/sample/"); at != std::string::npos;
       at = text.find("../data/sample/"))
    text.replace(at, 15, "");
  for (const std::string& name : names_in(kSample)) {
    if (fs::is_regular_file(kSample + name)) fixture.write(name, read_file(kSample + name));
  }
  REQUIRE(replay_to(fixture.run(), {}, fixture.write("few.toml", text)).status == 0);
  CHECK(report({fixture.run()}).status == 0);
  CHECK_THAT(read_file(fixture.run() + ".html"), ContainsSubstring("data:image/png;base64,"));
  fixture.write(images, read_file(kSample + "train-images-idx3-ubyte.gz"));
  CHECK(report({fixture.run()}).status == 0);
  std::string page = read_file(fixture.run() + ".html");
  CHECK_THAT(page, ContainsSubstring(images + ": is not any more what the run has read"));
  CHECK(page.find("<img src=\"data:image/png;base64,") == std::string::npos);
  fs::remove(fixture.file(images));
  CHECK(report({fixture.run()}).status == 0);
  page = read_file(fixture.run() + ".html");
  CHECK_THAT(page, ContainsSubstring("Some images are not shown: " + fixture.file(images)));
  CHECK_THAT(page, ContainsSubstring("confidence 0."));
}
