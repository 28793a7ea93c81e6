// dse explore --minimise: the first failure, reduced to a file that fails in the same way.
#include <algorithm>
#include <filesystem>
#include <regex>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

Command planted(std::vector<std::string> arguments) {
  Command command = dse_command(std::move(arguments));
  command.program = DSE_PLANTED_BINARY;
  return command;
}

std::string source(const std::string& name) {
  return "[component." + name + "]\nkind = \"production-source\"\nimages = \"" + kSample +
         "t10k-images-idx3-ubyte.gz\"\ntruth = \"" + kSample +
         "t10k-labels-idx1-ubyte.gz\"\nslice = [10, 30]\nto = \"in\"\nrate = \"1000/s\"\n";
}

// What the planted `fragile` reads, and things that have nothing to do with it.
std::string reader() {
  return "[component.fragile]\nkind = \"fragile\"\nfrom = \"in\"\nservice = \"10us\"\n"
         "[component.onlooker]\nkind = \"echo\"\nfrom = \"copies\"\n"
         "[[binding]]\nfrom = \"in\"\nto = \"copies\"\n"
         "[resource.copies]\nprefetch = 8\n[bus]\nlatency = \"50us\"\n[metrics]\nevery = \"1s\"\n"
         "[[expect]]\nmetric = \"s1.sent\"\nmin = 20\n";
}

struct Minimised {
  Outcome explored;
  std::string text;  // what minimised.toml holds
  long messages = -1;
  Outcome replayed;  // with the line that was printed
};

Minimised minimise(const ProgramFixture& fixture, const std::string& scenario,
                   std::vector<std::string> options) {
  std::vector<std::string> arguments = {"explore", scenario, "--minimise", "--out", fixture.run()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  Minimised result{.explored = run_process(planted(arguments))};
  INFO(result.explored.out << result.explored.err);
  const std::string file = fixture.run() + "/minimised.toml";
  REQUIRE(fs::exists(file));
  result.text = read_file(file);
  std::smatch found;
  const std::regex printed(R"(minimised to (\d+) messages? in \d+ runs: .*\n  (.* replay .*)\n)");
  REQUIRE(std::regex_search(result.explored.out, found, printed));
  result.messages = std::stol(found[1].str());
  result.replayed =
      run_process({.program = "/bin/sh", .arguments = {"-c", found[2].str()}, .folder = fixture.file("")});
  return result;
}

bool has_line(const std::string& text, const std::string& line) {
  const std::vector<std::string> lines = lines_of(text);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE("minimise: a failure that shows in one ordering of a thousand") {
  const ProgramFixture fixture;
  std::string text = reader();
  for (int number = 1; number <= 11; ++number) text += source("s" + std::to_string(number));
  const std::string scenario = fixture.write("s.toml", text);
  const Minimised result = minimise(fixture, scenario, {"--seeds", "1", "--orderings", "2000"});
  INFO(result.text);
  CHECK(result.explored.status == 1);
  // About one in 11 · 10 · 9.
  const std::size_t failures = lines_of(read_file(fixture.run() + "/failures.csv")).size() - 1;
  CHECK(failures >= 1);
  CHECK(failures <= 10);
  CHECK(result.messages <= 10);
  for (const std::string name : {"fragile", "s1", "s2", "s3"})
    CHECK(has_line(result.text, "[component." + name + "]"));
  for (const std::string name : {"onlooker", "s4", "s11"})
    CHECK_FALSE(has_line(result.text, "[component." + name + "]"));
  CHECK_THAT(result.text,
             Catch::Matchers::StartsWith(
                 "# The smallest scenario found that fails as s.toml did:\n# component 'fragile' "
                 "ended with status 1\n"));
  CHECK(result.replayed.status == 1);
  CHECK_THAT(result.replayed.out, ContainsSubstring("FAILED component 'fragile' ended with status 1"));
  // Its paths lead to the data from its own folder.
  CHECK(run_process(planted({"check", fixture.run() + "/minimised.toml"})).status == 0);
  const Outcome scheduled = run_process(
      planted({"replay", fixture.run() + "/minimised.toml", "--ordering", "0", "--out", fixture.file("o")}));
  CHECK(scheduled.status == 0);
}

TEST_CASE("minimise: a failure that hangs on the order of components in the file") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", source("s3") + source("s1") + source("a-last") + source("s2") + reader());
  // As scheduled, s3 comes first, then s1, then a-last, which does not fail. Without a-last, that order
  // fails.
  CHECK(run_process(planted({"replay", scenario, "--quiet", "--out", fixture.file("o")})).status == 0);
  const std::string failing =
      fixture.write("f.toml", source("s3") + source("s1") + source("s2") + source("a-last") + reader());
  const Minimised result = minimise(fixture, failing, {"--seeds", "1"});
  INFO(result.text);
  CHECK(result.messages <= 4);
  CHECK(result.text.find("ordering") == std::string::npos);
  CHECK(result.text.find("[component.s3]") < result.text.find("[component.s1]"));
  CHECK(result.text.find("[component.s1]") < result.text.find("[component.s2]"));
  CHECK(result.replayed.status == 1);
  CHECK_THAT(result.replayed.out, ContainsSubstring("FAILED component 'fragile' ended with status 1"));
}

TEST_CASE("minimise: an expectation that is not met, to the least that misses it") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", replaced(small_scenario(), "limit = 10", "limit = 500") +
                                  "[[expect]]\nmetric = \"generator.sent\"\nmin = 3\nmax = 10\n"
                                  "[[expect]]\nmetric = \"echo.received\"\nmin = 10\n");
  const Minimised result = minimise(fixture, scenario, {"--seeds", "4..5", "--set", "bus.latency=1ms"});
  INFO(result.text);
  CHECK(result.messages == 11);
  CHECK_FALSE(has_line(result.text, "[component.echo]"));
  CHECK_FALSE(has_line(result.text, "[bus]"));
  CHECK(has_line(result.text, "seed = 4"));
  CHECK(result.replayed.status == 1);
  CHECK_THAT(result.replayed.out, ContainsSubstring("FAILED generator.sent is 11, expected at most 10"));
}

TEST_CASE("minimise: what fails with one value of a setting and not with another keeps both so") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", small_scenario() +
                                  "[[expect]]\nmetric = \"echo.latency_p99_ns\"\nmax = 150000\n"
                                  "[component.bystander]\nkind = \"echo\"\nfrom = \"digits\"\n");
  const Minimised result = minimise(fixture, scenario, {"--seeds", "1", "--vary", "bus.latency=50us,1ms"});
  INFO(result.text);
  CHECK(result.messages == 1);
  CHECK(has_line(result.text, "[component.echo]"));
  CHECK_FALSE(has_line(result.text, "[component.bystander]"));
  CHECK(result.replayed.status == 1);
  CHECK_THAT(result.replayed.out, ContainsSubstring("FAILED echo.latency_p99_ns is "));
  CHECK(run_process(planted({"replay", fixture.run() + "/minimised.toml", "--set", "bus.latency=50us",
                             "--out", fixture.file("o")}))
            .status == 0);
}

TEST_CASE("minimise: a seed that no TOML file can hold stays on the line") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", small_scenario() + "[[expect]]\nmetric = \"generator.sent\"\nmax = 0\n");
  const Minimised result = minimise(fixture, scenario, {"--seeds", "18446744073709551615"});
  INFO(result.explored.out);
  CHECK(result.text.find("seed") == std::string::npos);
  CHECK_THAT(result.explored.out, ContainsSubstring("minimised.toml --seed 18446744073709551615\n"));
  CHECK(result.messages == 1);
  CHECK(result.replayed.status == 1);
}

TEST_CASE("minimise: through folders that are links") {
  const ProgramFixture fixture;
  fs::create_directories(fixture.file("deep/down/scenarios"));
  // ".." after a link is the parent of the folder that the link leads to.
  fs::create_directory_symlink(DSE_SOURCE_DIR "/data", fixture.file("deep/down/data"));
  fs::create_directory_symlink(fixture.file("deep/down/scenarios"), fixture.file("link"));
  fs::create_directories(fixture.file("far/away"));
  fs::create_directory_symlink(fixture.file("far/away"), fixture.file("runs"));
  std::string text = small_scenario() + "[[expect]]\nmetric = \"generator.sent\"\nmax = 0\n";
  while (text.find(kSample) != std::string::npos) text = replaced(text, kSample, "../data/sample/");
  fixture.write("deep/down/scenarios/s.toml", text);
  const Minimised result = minimise(fixture, fixture.file("link/s.toml"), {"--seeds", "1"});
  INFO(result.text << result.replayed.err);
  CHECK(result.replayed.status == 1);
}

TEST_CASE("minimise: without a failure there is nothing to minimise") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", small_scenario());
  const Outcome outcome = run_process(
      dse_command({"explore", scenario, "--seeds", "1..2", "--minimise", "--out", fixture.run()}));
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("minimise") == std::string::npos);
  CHECK_FALSE(fs::exists(fixture.run() + "/minimised.toml"));
}
