// Numbers, names and mistakes on the command line of every command.
#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// No broker is contacted: errors are reported before that.
const std::string kNowhere = "amqp://guest@127.0.0.1:1";

std::string scenario_with_export() {
  return small_scenario() + "[[gateway.export]]\nfrom = \"digits\"\nexchange = \"out\"\n";
}

Outcome run_in(const ProgramFixture& fixture, const std::vector<std::string>& arguments) {
  Command command = dse_command(arguments);
  command.folder = fixture.file("");
  return run_process(command);
}

void check_refused(const std::vector<std::string>& arguments, const std::string& message) {
  const ProgramFixture fixture;
  fixture.write("s.toml", scenario_with_export());
  const Outcome outcome = run_in(fixture, arguments);
  INFO(outcome.err);
  CHECK(outcome.status == 2);
  CHECK(outcome.signal == 0);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, Catch::Matchers::StartsWith("dse: "));
  CHECK_THAT(outcome.err, ContainsSubstring(message));
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"s.toml"});
}

// Every option of every command that takes a whole number.
const std::vector<std::vector<std::string>> kWholeOptions = {
    {"replay", "s.toml", "--seed"},
    {"replay", "s.toml", "--ordering"},
    {"replay", "s.toml", "--threads"},
    {"drive", "s.toml", "--seed"},
    {"drive", "s.toml", "--ordering"},
    {"drive", "s.toml", "--threads"},
    {"attach", "s.toml", "--broker", kNowhere, "--seed"},
    {"attach", "s.toml", "--broker", kNowhere, "--threads"},
    {"node", "s.toml", "echo", "--broker", kNowhere, "--seed"},
    {"node", "s.toml", "echo", "--broker", kNowhere, "--epoch"},
    {"node", "s.toml", "echo", "--broker", kNowhere, "--supervisor"},
    {"nodes", "s.toml", "--broker", kNowhere, "--seed"},
    {"conform", "--broker", kNowhere, "--seed"},
    {"conform", "--broker", kNowhere, "--first"},
    {"conform", "--broker", kNowhere, "--cases"},
    {"explore", "s.toml", "--seeds", "1", "--orderings"},
    {"explore", "s.toml", "--seeds", "1", "--jobs"},
    {"verify", "s.toml", "--jobs"},
    {"verify", "s.toml", "--threads"},
    {"capture", "cat", "capture", "--count"},
};

}  // namespace

TEST_CASE("options: a whole number is decimal digits in every command") {
  for (std::vector<std::string> arguments : kWholeOptions) {
    const std::string option = arguments.back();
    for (const std::string bad : {"-1", "18446744073709551616", "0x10", "+5", "1.5", "nan", " 1"}) {
      std::vector<std::string> given = arguments;
      given.back() += "=" + bad;
      check_refused(given, option + ": '" + bad + "' is not ");
    }
    arguments.emplace_back("");
    check_refused(arguments, option + ": '' is not ");
  }
}

TEST_CASE("options: 010 is ten, for a seed and for a range of them") {
  const ProgramFixture fixture;
  fixture.write("s.toml", small_scenario());
  CHECK(run_in(fixture, {"replay", "s.toml", "--seed", "010", "--quiet"}).status == 0);
  CHECK(names_in(fixture.file("runs")) == std::vector<std::string>{"s-s10"});
  CHECK(run_in(fixture, {"explore", "s.toml", "--seeds", "010", "--orderings", "010", "--quiet"}).status ==
        0);
  const std::vector<std::string> runs = lines_of(read_file(fixture.file("runs/s-explored/runs.csv")));
  REQUIRE(runs.size() == 11);
  CHECK_THAT(runs[1], Catch::Matchers::StartsWith("10,0,"));
}

TEST_CASE("options: a pace is a finite decimal number in range") {
  for (const std::string bad : {"nan", "inf", "1e-320", "0x1p3", "-1", "+1", "", "1000001", "1s"}) {
    const std::string message = "--pace: '" + bad + "' is not a pace: expected ";
    check_refused({"attach", "s.toml", "--broker", kNowhere, "--pace=" + bad + (bad.empty() ? " " : "")},
                  bad.empty() ? "--pace: ' '" : message);
    check_refused({"node", "s.toml", "echo", "--broker", kNowhere, "--pace", bad}, message);
    check_refused({"nodes", "s.toml", "--broker", kNowhere, "--pace", bad}, message);
  }
  check_refused({"nodes", "s.toml", "--broker", kNowhere, "--pace", "0"}, "from 1e-06 to 1000000");
}

TEST_CASE("options: an empty text is refused by the option's name") {
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> options = {
      {{"replay", "s.toml"}, {"--out", "--until", "--capture"}},
      {{"explore", "s.toml", "--seeds", "1"}, {"--out"}},
      {{"attach", "s.toml"}, {"--out", "--for", "--broker", "--password-file", "--ca", "--cert", "--key"}},
      {{"node", "s.toml", "echo"}, {"--out", "--broker"}},
      {{"nodes", "s.toml"}, {"--out", "--for", "--broker"}}};
  for (const auto& [command, names] : options) {
    for (const std::string& name : names) {
      std::vector<std::string> arguments = command;
      arguments.insert(arguments.end(), {name, ""});
      check_refused(arguments, name + ": is empty");
    }
  }
}

TEST_CASE("options: a word that is not understood is told with the nearest one") {
  check_refused({"reply", "x"}, "dse has no command 'reply'; did you mean 'replay'?");
  check_refused({"capture", "inof", "x"}, "dse capture has no command 'inof'; did you mean 'info'?");
  check_refused({"replay", "s.toml", "--sed", "3"},
                "dse replay has no option '--sed'; did you mean '--seed'?");
  check_refused({"replay", "--sed=3"}, "dse replay has no option '--sed'; did you mean '--seed'?");
  check_refused({"--versoin"}, "dse has no option '--versoin'; did you mean '--version'?");
  check_refused({"replay", "s.toml", "other", "third"}, "dse replay was given 'other' as well");
  check_refused({"capture"}, "one of the commands info, cat, make and diff is required");
  check_refused({"x\x1b[2J"}, "dse has no command 'x\\x1b[2J'");
}

TEST_CASE("options: names that begin with a minus, behind a --") {
  const ProgramFixture fixture;
  fixture.write("-s.toml", small_scenario() + "[component.--help]\nkind = \"watch\"\nfrom = \"digits\"\n" +
                               "[[expect]]\nmetric = \"--help.received\"\nmin = 11\n");
  const Outcome outcome = run_in(fixture, {"explore", "--seeds", "3", "--", "-s.toml"});
  INFO(outcome.err);
  CHECK(outcome.status == 1);
  // The line to paste can be run.
  const std::string line = " replay --seed 3 -- -s.toml";
  CHECK_THAT(outcome.out, ContainsSubstring(line + "\n"));
  CHECK(run_in(fixture, {"replay", "--seed", "3", "--quiet", "--", "-s.toml"}).status == 1);
  CHECK(std::filesystem::exists(fixture.file("runs/-s-s3/--help.csv")));
  // For a node it is not the option either, which would print help and succeed.
  const Outcome node =
      run_in(fixture, {"node", "--broker", kNowhere, "--supervisor", "3", "--", "-s.toml", "--help"});
  CHECK(node.status == 3);
  CHECK(node.out.empty());
}

TEST_CASE("options: one of a thing is one") {
  const ProgramFixture fixture;
  fixture.write("s.toml", replaced(small_scenario(), "limit = 10", "limit = 1"));
  CHECK_THAT(run_in(fixture, {"replay", "s.toml"}).out, ContainsSubstring(", 1 delivery, 0 unroutable"));
  CHECK_THAT(run_in(fixture, {"explore", "s.toml", "--seeds", "1"}).out,
             ContainsSubstring("\n1 run, 0 failed"));
}

TEST_CASE("options: check tells what is wrong with every scenario, and all of it") {
  const ProgramFixture fixture;
  fixture.write("right.toml", small_scenario());
  fixture.write("a.toml", small_scenario() + "zeal = 1\nabout = 2\n[bus]\nlatency = 5\n");
  fixture.write("b.toml", "[component.w]\nkind = \"whatch\"\n");
  const Outcome outcome = run_in(fixture, {"check", "a.toml", "right.toml", "b.toml"});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.out, ContainsSubstring("digits"));
  const std::vector<std::string> lines = lines_of(outcome.err);
  REQUIRE(lines.size() == 4);
  CHECK_THAT(lines[0], Catch::Matchers::StartsWith("dse: a.toml:") && ContainsSubstring("zeal: unknown key"));
  CHECK_THAT(lines[1],
             Catch::Matchers::StartsWith("dse: a.toml:") && ContainsSubstring("about: unknown key"));
  CHECK_THAT(lines[2], Catch::Matchers::StartsWith("dse: a.toml:") && ContainsSubstring("bus.latency: "));
  CHECK_THAT(lines[3], Catch::Matchers::StartsWith("dse: b.toml:") && ContainsSubstring("whatch"));
}

TEST_CASE("options: a URL in the wrong place shows neither its user nor its password") {
  const std::string url = "amqp://somebody:PASSWORD@127.0.0.1:1/";
  const std::vector<std::vector<std::string>> mistakes = {{"--broker", url, "attach", "s.toml"},
                                                          {"--broker=" + url, "attach", "s.toml"},
                                                          {"attach", "s.toml", "--", "--broker", url},
                                                          {"attach", "--", "--broker", url},
                                                          {"capture", "--broker", url, "info", "x"},
                                                          {"attach", "s.toml", "--seed=" + url},
                                                          {"attach", "s.toml", "--pace=" + url},
                                                          {"attach", "s.toml", "--login=" + url},
                                                          {"attach", "s.toml", "--quiet=" + url},
                                                          {"attach", "s.toml", "-b" + url},
                                                          {"attach", "s.toml", "--" + url},
                                                          {"replay", "AMQP://somebody:PASSWORD@127.0.0.1/"},
                                                          {"replay=" + url},
                                                          {"x" + url}};
  for (const std::vector<std::string>& arguments : mistakes) {
    const ProgramFixture fixture;
    fixture.write("s.toml", scenario_with_export());
    const Outcome outcome = run_in(fixture, arguments);
    INFO(outcome.err);
    CHECK(outcome.status == 2);
    CHECK((outcome.out + outcome.err).find("PASSWORD") == std::string::npos);
  }
}
