// dse explore: what it prints and writes, and that the lines it prints reproduce the failures.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "small_disk.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

const std::string kScenario = kScenarios + "generator-and-echo.toml";

Command explore_command(const ProgramFixture& fixture, const std::string& scenario,
                        const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"explore", scenario, "--out", fixture.run()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return dse_command(std::move(arguments));
}

Outcome explore(const ProgramFixture& fixture, const std::string& scenario,
                const std::vector<std::string>& more) {
  return run_process(explore_command(fixture, scenario, more));
}

// The text after each FAILED, with the line below it.
std::vector<std::pair<std::string, std::string>> failures_in(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> failures;
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].starts_with("FAILED ")) failures.emplace_back(lines[i].substr(7), lines[i + 1].substr(2));
  }
  return failures;
}

// Runs the line in a shell, as a user would, with this program's folder in the PATH.
Outcome pasted(const std::string& line, const std::string& folder) {
  const std::string path = fs::path(DSE_BINARY).parent_path().string() + ":/usr/bin:/bin";
  return run_process(
      {.program = "/bin/sh", .arguments = {"-c", line}, .environment = {{"PATH", path}}, .folder = folder});
}

// Sources that all send at once to one reader.
std::string simultaneous_sources(int count) {
  std::string text = "[resource.in]\nprefetch = 1\n[component.reader]\nkind = \"watch\"\nfrom = \"in\"\n";
  for (int number = 1; number <= count; ++number) {
    text += "[component.s" + std::to_string(number) + "]\nkind = \"production-source\"\nimages = \"" +
            kSample + "t10k-images-idx3-ubyte.gz\"\nslice = [0, 4]\nto = \"in\"\nrate = \"1000/s\"\n";
  }
  return text;
}

}  // namespace

TEST_CASE("explore: the spread of every metric at each point of the grid") {
  const ProgramFixture fixture;
  const Outcome outcome =
      explore(fixture, kScenario,
              {"--seeds", "1..3", "--orderings", "2", "--vary", "component.generator.limit=3,10", "--vary",
               "bus.latency=50us,60us", "--set", "expect=[]"});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "");
  CHECK_THAT(outcome.out,
             ContainsSubstring(
                 "component.generator.limit=3, bus.latency=60us: 6 runs\n"
                 "  metric                                 min  quarter   median      3/4      max\n"
                 "  echo.latency_p50                    120 us   120 us   120 us   120 us   120 us\n"));
  // It is zero in every run.
  CHECK(outcome.out.find("echo.refused") == std::string::npos);
  CHECK_THAT(outcome.out, ContainsSubstring(" the same in every run; spread.csv has them\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("24 runs, 0 failed; results in " + fixture.run() + "\n"));
  CHECK(outcome.out.find("depends on the order") == std::string::npos);

  CHECK(names_in(fixture.run()) ==
        std::vector<std::string>{"failures.csv", "runs.csv", "spread.csv", "summary.json"});
  const std::vector<std::string> spread = lines_of(read_file(fixture.run() + "/spread.csv"));
  CHECK(spread.size() == 1 + 4 * 16);
  CHECK(spread[0] ==
        "component.generator.limit,bus.latency,metric,runs,min,lower_quartile,median,upper_quartile,max,"
        "depends_on_ordering");
  CHECK(spread[12] == "3,50us,generator.sent,6,3,3,3,3,3,false");
  CHECK(spread[17] == "3,60us,echo.latency_p50_ns,6,120000,120000,120000,120000,120000,false");
  const std::vector<std::string> runs = lines_of(read_file(fixture.run() + "/runs.csv"));
  CHECK(runs.size() == 1 + 24);
  CHECK(runs[0] ==
        "seed,ordering,component.generator.limit,bus.latency,echo.latency_p50_ns,"
        "echo.latency_p99_ns,echo.received,echo.refused,echo.sojourn_p50_ns,echo.sojourn_p999_ns,echo."
        "sojourn_p99_ns,"
        "echo.unhandled,echo.wait_p50_ns,echo.wait_p999_ns,echo.wait_p99_ns,generator.sent,"
        "mnist.max_depth,mnist.max_unacknowledged,mnist.mean_depth,mnist.not_received");
  CHECK(runs[4] == "2,1,3,50us,100000,100000,3,0,100000,100000,100000,0,100000,100000,100000,3,0,1,0,0");
  CHECK(lines_of(read_file(fixture.run() + "/failures.csv")) == std::vector<std::string>{"failure,replay"});
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(summary["runs"] == 24);
  CHECK(summary["failed"] == 0);
  CHECK(summary["orderings"] == 2);
  CHECK(summary["vary"]["bus.latency"] == std::vector<std::string>{"50us", "60us"});
}

TEST_CASE("explore: metrics that depend on the order of simultaneous events are named") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", simultaneous_sources(5));
  const Outcome outcome = explore(fixture, scenario, {"--seeds", "1", "--orderings", "20"});
  INFO(outcome.out);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out,
             ContainsSubstring("\n* depends on the order of simultaneous events: in.max_depth\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("\n* in.max_depth "));
  CHECK_THAT(outcome.out, ContainsSubstring("\n19 metrics are the same in every run; spread.csv has them\n"));
  const std::string spread = read_file(fixture.run() + "/spread.csv");
  CHECK_THAT(spread, ContainsSubstring("\nreader.received,20,20,20,20,20,20,false\n"));
  CHECK(std::count(spread.begin(), spread.end(), 't') > 0);
  CHECK_THAT(spread, ContainsSubstring(",true\n"));
}

TEST_CASE("explore: jobs change no byte") {
  const ProgramFixture fixture;
  const auto explored = [&](const std::string& jobs) {
    std::vector<std::string> texts;
    texts.push_back(explore(fixture, kScenario,
                            {"--seeds", "1..4", "--orderings", "3", "--vary",
                             "component.generator.limit=9,10", "--jobs", jobs})
                        .out);
    for (const std::string& name : names_in(fixture.run()))
      texts.push_back(read_file(fixture.run() + "/" + name));
    return texts;
  };
  const auto one = explored("1");
  CHECK(one.size() == 5);
  CHECK(one == explored("4"));
}

TEST_CASE("explore: each failure has a line that reproduces it when pasted") {
  const ProgramFixture fixture;
  fs::create_directory(fixture.file("it's here"));
  const std::string scenario =
      fixture.write("it's here/a scenario; with $pecial (name).toml",
                    small_scenario() + "[[expect]]\nmetric = \"echo.received\"\nmin = 11\n");
  const Outcome outcome =
      explore(fixture, scenario,
              {"--seeds", "7..8", "--orderings", "2", "--set", "title=two words and a '", "--vary",
               "component.generator.rate=1000/s,3/ms", "--vary", "component.generator.slice=[0, 9],[5, 11]"});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 1);
  const auto failures = failures_in(outcome.out);
  REQUIRE(failures.size() == 10);
  CHECK_THAT(outcome.out, ContainsSubstring("and 6 more: each with its line in failures.csv\n"));
  CHECK(lines_of(read_file(fixture.run() + "/failures.csv")).size() == 17);
  for (const std::size_t number : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{9}}) {
    const auto& [failure, line] = failures[number];
    INFO(line);
    const Outcome again = pasted(line + " --out " + fixture.file("again"), fixture.file(""));
    CHECK(again.status == 1);
    CHECK_THAT(again.out, ContainsSubstring("FAILED " + failure));
  }
  CHECK(failures[0].first == "echo.received is 9");
  CHECK_THAT(failures[1].second, ContainsSubstring(" --seed 7 --ordering 1 --set "));
  CHECK(failures[5].first == "echo.received is 6");
}

TEST_CASE("explore: a line of a scenario that has an ordering of its own") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml", "ordering = 1\n" + small_scenario() + "[[expect]]\nmetric = \"echo.received\"\nmin = 11\n");
  const auto failures = failures_in(explore(fixture, scenario, {"--seeds", "3", "--orderings", "3"}).out);
  REQUIRE(failures.size() == 3);
  CHECK(failures[0].second == std::string(DSE_BINARY) + " replay " + scenario + " --seed 3 --ordering 0");
  CHECK(failures[1].second == std::string(DSE_BINARY) + " replay " + scenario + " --seed 3");
  CHECK(failures[2].second == std::string(DSE_BINARY) + " replay " + scenario + " --seed 3 --ordering 2");
}

TEST_CASE("explore: an error while running and a stall are failures") {
  const ProgramFixture fixture;
  // Nothing streams the queue, so messages wait there for ever.
  const std::string scenario =
      fixture.write("s.toml", small_scenario() + "[[binding]]\nfrom = \"digits\"\nto = \"nowhere\"\n");
  const Outcome outcome = explore(fixture, scenario, {"--seeds", "1"});
  CHECK(outcome.status == 1);
  const auto failures = failures_in(outcome.out);
  REQUIRE(failures.size() == 1);
  CHECK_THAT(failures[0].first, Catch::Matchers::StartsWith("stalled"));
  const Outcome again = pasted(failures[0].second, fixture.file(""));
  CHECK(again.status == 3);
  CHECK_THAT(again.err, ContainsSubstring("stalled"));
}

TEST_CASE("explore: quiet prints failures alone, on stderr") {
  const ProgramFixture fixture;
  const Outcome good = explore(fixture, kScenario, {"--seeds", "1", "--quiet"});
  CHECK(good.status == 0);
  CHECK(good.out + good.err == "");
  const Outcome bad =
      explore(fixture, kScenario, {"--seeds", "1", "--quiet", "--set", "component.generator.limit=9"});
  CHECK(bad.status == 1);
  CHECK(bad.out == "");
  CHECK(bad.err == std::string("FAILED generator.sent is 9\n  ") + DSE_BINARY + " replay " + kScenario +
                       " --seed 1 --set component.generator.limit=9\n");
}

TEST_CASE("explore: a scenario that is not there, a folder that is something else") {
  const ProgramFixture fixture;
  const Outcome missing = explore(fixture, fixture.file("none.toml"), {"--seeds", "1"});
  CHECK(missing.status == 2);
  CHECK_THAT(missing.err, ContainsSubstring(fixture.file("none.toml") + ": cannot be opened"));
  REQUIRE(fixture.replay(kScenario).status == 0);
  const Outcome taken = explore(fixture, kScenario, {"--seeds", "1"});
  CHECK(taken.status == 2);
  CHECK_THAT(taken.err, ContainsSubstring(fixture.run() + ": exists and is not a run directory"));
  CHECK(fs::exists(fixture.run() + "/metrics.csv"));
}

TEST_CASE("explore: results go to runs/SCENARIO-explored, and replace those before") {
  const ProgramFixture fixture;
  for (const std::string seeds : {"1..2", "4"}) {
    Command command = dse_command({"explore", kScenario, "--seeds", seeds});
    command.folder = fixture.file("");
    CHECK(run_process(command).status == 0);
  }
  CHECK(fixture.runs() == std::vector<std::string>{"generator-and-echo-explored"});
  CHECK(lines_of(read_file(fixture.file("runs/generator-and-echo-explored/runs.csv"))).size() == 2);
}

TEST_CASE("explore: a live line counts what has run and what has failed") {
  const ProgramFixture fixture;
  const Command command = explore_command(
      fixture, kScenario,
      {"--seeds", "1..5", "--set", "component.generator.limit=9", "--progress", "always", "--minimise"});
  const Outcome outcome = run_process(command);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, ContainsSubstring("\r5 of 5 runs, 5 failed\x1b[K\r\x1b[K\rminimising: "));
  CHECK_THAT(outcome.err, Catch::Matchers::EndsWith(" runs\x1b[K\r\x1b[K"));
}

TEST_CASE("explore: Ctrl-C keeps what there is") {
  const ProgramFixture fixture;
  Process process(explore_command(fixture, kScenario, {"--seeds", "1..1000000", "--minimise"}));
  process.send_when(SIGINT, [&] { return !fixture.runs().empty(); });
  const Outcome outcome = process.wait();
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 130);
  REQUIRE(fixture.runs() == std::vector<std::string>{"run"});
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  const auto runs = summary["runs"].get<std::size_t>();
  CHECK(runs < 1'000'000);
  CHECK(lines_of(read_file(fixture.run() + "/runs.csv")).size() == runs + 1);
  CHECK_THAT(outcome.out, ContainsSubstring(std::to_string(runs) + " runs, 0 failed"));
}

TEST_CASE("explore: a full disk") {
  const ProgramFixture fixture;
  const SmallDisk disk(fixture.file("disk"), "8k");
  if (!disk.mounted()) {
    WARN("a full disk was not tested: no file system can be mounted here (" << disk.reason() << ")");
    return;
  }
  const Outcome outcome = run_process(
      dse_command({"explore", kScenario, "--seeds", "1..2000", "--out", fixture.file("disk/run")}));
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("No space left on device; free some space"));
  CHECK(names_in(fixture.file("disk")) == std::vector<std::string>());
}

namespace {

// A reader that misses what is lost; the other faults do no harm.
std::string shaky() {
  return "[component.reader]\nkind = \"watch\"\nfrom = \"in\"\n"
         "[component.source]\nkind = \"production-source\"\nimages = \"" +
         kSample +
         "t10k-images-idx3-ubyte.gz\"\nslice = [0, 20]\nto = \"in\"\nrate = \"1000/s\"\n"
         "[[fault]]\nkind = \"delay\"\ncomponent = \"source\"\nby = \"1ms\"\nlimit = 2\n"
         "[[fault]]\nkind = \"lose\"\ncomponent = \"source\"\nlimit = 1\n"
         "[[fault]]\nkind = \"pause\"\ncomponent = \"reader\"\nat = \"3ms\"\nfor = \"1ms\"\n"
         "[[expect]]\nresource = \"in\"\nlost = 0\n";
}

}  // namespace

TEST_CASE("explore --faults: a failure says which faults were off, and its line gives the same run") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("shaky.toml", shaky());
  const Outcome outcome = explore(fixture, scenario, {"--seeds", "1..20", "--faults", "--quiet"});
  INFO(outcome.out + outcome.err);
  CHECK(outcome.status == 1);
  const auto failures = failures_in(outcome.err);
  REQUIRE_FALSE(failures.empty());
  bool any_off = false;
  for (const auto& [failure, line] : failures) {
    CAPTURE(line);
    CHECK_THAT(line, !ContainsSubstring("fault.1.on"));  // it is the one that fails
    any_off = any_off || line.find("--set fault.") != std::string::npos;
    const Outcome again = pasted(line + " --out " + fixture.file("again"), fixture.file(""));
    INFO(again.out + again.err);
    CHECK(again.status == 1);
    CHECK_THAT(again.out, ContainsSubstring("FAILED " + failure));
  }
  CHECK(any_off);
  const std::string runs = read_file(fixture.run() + "/runs.csv");
  CHECK_THAT(runs, Catch::Matchers::StartsWith("seed,ordering,faults_off,"));
  CHECK_THAT(runs, ContainsSubstring(",0 1,"));
}

TEST_CASE("explore --faults --minimise: what is left is the fault that it takes") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("shaky.toml", shaky());
  const Outcome outcome =
      explore(fixture, scenario, {"--seeds", "1..20", "--faults", "--minimise", "--quiet"});
  INFO(outcome.out + outcome.err);
  const std::string smallest = read_file(fixture.run() + "/minimised.toml");
  INFO(smallest);
  CHECK_THAT(smallest, ContainsSubstring("\"lose\""));
  CHECK_THAT(smallest, !ContainsSubstring("\"delay\"") && !ContainsSubstring("\"pause\""));
}
