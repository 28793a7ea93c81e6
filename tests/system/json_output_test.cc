// --json: one JSON document on standard output, with what the command otherwise prints, and the same exit
// status.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

const std::string kEcho = kScenarios + "generator-and-echo.toml";

// Runs it with --json, and checks its status, and that nothing else is on standard output.
nlohmann::json document(std::vector<std::string> arguments, int status) {
  arguments.emplace_back("--json");
  const Outcome outcome = run_process(dse_command(arguments));
  INFO(arguments[0] << '\n' << outcome.err);
  CHECK(outcome.status == status);
  return nlohmann::json::parse(outcome.out);
}

}  // namespace

TEST_CASE("json output: a replay prints its summary and where it is") {
  const ProgramFixture fixture;
  nlohmann::json printed = document({"replay", kEcho, "--report", "--out", fixture.run()}, 0);
  CHECK(printed.at("directory") == fixture.run());
  printed.erase("directory");
  CHECK(printed == nlohmann::json::parse(read_file(fixture.run() + "/summary.json")));

  const nlohmann::json failed =
      document({"replay", kEcho, "--out", fixture.run(), "--set", "component.generator.limit=9"}, 1);
  CHECK(failed.at("expectations").at(0).at("met") == false);
}

TEST_CASE("json output: what verify has found") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", small_scenario());
  const auto only = [](const nlohmann::json& printed) {
    REQUIRE(printed.at("verified").size() == 1);
    return printed.at("verified").at(0);
  };
  nlohmann::json one = only(document({"verify", scenario}, 1));
  CHECK(one.at("scenario") == scenario);
  CHECK(one.at("verdict") == "no row");
  one = only(document({"verify", scenario, "--update"}, 0));
  CHECK(one.at("updated") == true);
  one = only(document({"verify", scenario}, 0));
  CHECK(one.at("verdict") == "ok");
  fixture.write("s.toml", "seed = 7\n" + small_scenario());
  const nlohmann::json differs = document({"verify", scenario}, 1);
  CHECK(differs.at("failed") == 1);
  CHECK(only(differs).at("verdict") == "differs");
  CHECK_THAT(only(differs).at("summary").get<std::string>(), ContainsSubstring("seed 7, kept"));
  CHECK(!only(differs).at("details").empty());
  fs::remove(scenario);
  one = only(document({"verify", fixture.file("")}, 1));
  CHECK(one.at("verdict") == "no file");
}

TEST_CASE("json output: in what two runs differ") {
  const ProgramFixture fixture;
  const auto record = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"replay",  kEcho,   "--record",
                                          "--quiet", "--out", fixture.file(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    REQUIRE(run_process(dse_command(arguments)).signal == 0);
    return fixture.file(name);
  };
  const std::string a = record("a", {});
  const nlohmann::json same = document({"diff", a, record("b", {})}, 0);
  CHECK(same.at("same") == true);
  CHECK(same.at("first_different_event") == nullptr);
  const nlohmann::json differs =
      document({"diff", a, record("c", {"--set", "component.generator.limit=9"})}, 1);
  CHECK(differs.at("same") == false);
  CHECK(differs.at("first_different_event").get<int>() > 0);
  CHECK_THAT(differs.at("asked_for").at(0).get<std::string>(), ContainsSubstring("limit"));
  CHECK_THAT(differs.at("description").get<std::string>(),
             ContainsSubstring("the first event that differs is #"));
}

TEST_CASE("json output: an exploration with its spreads and its failures") {
  const ProgramFixture fixture;
  const nlohmann::json printed =
      document({"explore", kEcho, "--seeds", "1..2", "--vary", "component.generator.limit=9,10", "--out",
                fixture.file("explored")},
               1);
  CHECK(printed.at("directory") == fixture.file("explored"));
  CHECK(printed.at("runs") == 4);
  CHECK(printed.at("failed") == 2);
  CHECK(printed.at("failures").at(0).at("failure") == "generator.sent is 9");
  CHECK_THAT(printed.at("failures").at(0).at("replay").get<std::string>(), ContainsSubstring("--seed 1"));
  bool found = false;
  for (const nlohmann::json& spread : printed.at("spreads")) {
    if (spread.at("metric") != "echo.received" || spread.at("vary").at("component.generator.limit") != "10")
      continue;
    found = true;
    CHECK(spread.at("median") == 10);
  }
  CHECK(found);
}

TEST_CASE("json output: what check has read, also beside a scenario that is wrong") {
  const ProgramFixture fixture;
  const nlohmann::json printed = document({"check", kScenarios + "route-by-key.toml"}, 0);
  const nlohmann::json& one = printed.at("scenarios").at(0);
  CHECK(one.at("path") == kScenarios + "route-by-key.toml");
  CHECK(!one.at("topology").at("components").empty());
  const nlohmann::json beside = document({"check", fixture.write("wrong.toml", "sed = 1\n"), kEcho}, 2);
  CHECK(beside.at("scenarios").size() == 1);
}

TEST_CASE("json output: what a capture is") {
  const ProgramFixture fixture;
  const std::string lines =
      fixture.write("lines.jsonl", R"({"time":5,"import":"in","id":"a","key":"k","text":"x"})"
                                   "\n");
  const std::string capture = fixture.file("capture");
  const Outcome made = run_process(dse_command({"capture", "make", lines, "-o", capture}));
  INFO(made.err);
  REQUIRE(made.status == 0);
  const nlohmann::json printed = document({"capture", "info", capture}, 0);
  CHECK(printed.at("messages") == 1);
  CHECK(printed.at("imports").at("in") == 1);
  CHECK(printed.at("scenario") == nullptr);
}

TEST_CASE("junit: XML that others read, whatever the names hold, and the file is replaced") {
  const ProgramFixture fixture;
  const std::string junit = fixture.file("junit.xml");
  const auto read = [&] {
    const Outcome outcome =
        run_process({.program = "/usr/bin/python3",
                     .arguments = {"-c", R"(import sys, json, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find('testsuite')
print(json.dumps({'suite': suite.attrib, 'cases': [
  {'name': case.get('name'), 'time': float(case.get('time')),
   'told': [[child.tag, child.get('message'), child.text or ''] for child in case]} for case in suite]})))",
                                   junit}});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out);
  };
  fs::create_directories(fixture.file("s"));
  const std::string hostile = "a<b>&'c\xEF\xBF\xBF\xFF.toml";
  fixture.write("s/" + hostile, small_scenario());
  fixture.write("s/wrong.toml", "sed = \"a < b & c\"\n" + small_scenario());
  fixture.write("s/ok.toml", small_scenario());
  const auto verify = [&](const std::vector<std::string>& names, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"verify", "--junit", junit};
    for (const std::string& name : names) arguments.push_back(fixture.file("s/" + name));
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_process(dse_command(arguments)).status;
  };
  CHECK(verify({"ok.toml"}, {"--update"}) == 0);
  CHECK(read().at("suite").at("failures") == "0");
  CHECK(verify({"ok.toml", "wrong.toml"}, {}) == 2);
  nlohmann::json printed = read();
  CHECK(printed.at("suite").at("tests") == "2");
  CHECK(printed.at("suite").at("errors") == "1");
  CHECK(printed.at("cases").at(0).at("told").empty());
  CHECK(printed.at("cases").at(1).at("told").at(0).at(0) == "error");
  CHECK_THAT(printed.at("cases").at(1).at("told").at(0).at(1).get<std::string>(), ContainsSubstring("sed"));
  fixture.write("s/ok.toml", "seed = 9\n" + small_scenario());
  CHECK(verify({"ok.toml"}, {}) == 1);
  printed = read();
  CHECK(printed.at("cases").at(0).at("told").at(0).at(0) == "failure");
  CHECK_THAT(printed.at("cases").at(0).at("told").at(0).at(1).get<std::string>(),
             ContainsSubstring("differs: seed 9, kept"));
  CHECK(verify({}, {fixture.file("s")}) == 2);
  CHECK(verify({"none.toml"}, {}) == 2);
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"junit.xml", "s"});
  const Outcome nowhere = run_process(
      dse_command({"verify", fixture.file("s/ok.toml"), "--junit", fixture.file("none/junit.xml")}));
  CHECK(nowhere.status == 3);
  CHECK_THAT(nowhere.err,
             ContainsSubstring("none/junit.xml': No such file or directory; choose another place"));
}
