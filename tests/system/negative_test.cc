// Scenarios with a planted fault: they pass because a named expectation catches it, and only then.
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kNegative = kScenarios + "negative/";

std::vector<std::string> negative_scenarios() {
  std::vector<std::string> names = names_in(kNegative);
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".toml"); });
  REQUIRE(names.size() >= 6);
  return names;
}

// The scenario without its [[fault]] tables and the expectations of them, each of which ends at an empty
// line, and with its data named by full path.
std::string healed(const std::string& text) {
  std::string result;
  std::string block;
  const auto take_block = [&] {
    const auto has = [&](const char* part) { return block.find(part) != std::string::npos; };
    if (!has("[[fault]]\n") && !has("\nfault = ") && !has("\nafter_faults = ")) result += block + "\n";
    block.clear();
  };
  for (const std::string& line : lines_of(text)) {
    if (line.empty()) {
      take_block();
    } else {
      block += line + "\n";
    }
  }
  take_block();
  for (const std::string data = "\"../../data/sample/"; result.find(data) != std::string::npos;) {
    result = replaced(result, data, "\"" + kSample);
  }
  return result;
}

nlohmann::json expectations_of(const ProgramFixture& fixture) {
  return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["expectations"];
}

}  // namespace

TEST_CASE("negative: every planted fault is caught, by a named expectation") {
  for (const std::string& name : negative_scenarios()) {
    INFO(name);
    const ProgramFixture fixture;
    const Outcome outcome = fixture.replay(kNegative + name);
    INFO(outcome.out + outcome.err);
    CHECK(outcome.status == 0);
    int caught = 0;
    for (const auto& one : expectations_of(fixture)) {
      if (!one.contains("fails")) continue;
      ++caught;
      CHECK(one["met"] == false);
      CHECK_THAT(outcome.out, ContainsSubstring("caught " + one.at("name").get<std::string>() + ": "));
    }
    CHECK(caught > 0);
  }
}

TEST_CASE("negative: without its fault the run fails, and names what caught nothing") {
  for (const std::string& name : negative_scenarios()) {
    INFO(name);
    const ProgramFixture fixture;
    const std::string text = read_file(kNegative + name);
    REQUIRE_THAT(text, ContainsSubstring("[[fault]]\n"));
    const Outcome outcome = fixture.replay(fixture.write(name, healed(text)));
    INFO(outcome.out + outcome.err);
    CHECK(outcome.status == 1);
    for (const auto& one : expectations_of(fixture)) {
      CHECK(one["met"] == true);
      if (!one.contains("fails")) continue;
      CHECK_THAT(outcome.out, ContainsSubstring("FAILED " + one.at("name").get<std::string>() + ": "));
    }
    CHECK_THAT(outcome.out, ContainsSubstring("it holds, but was to fail: the planted fault went unnoticed"));
  }
}

TEST_CASE("negative: a fault that nothing is set to catch fails the run where it shows") {
  const ProgramFixture fixture;
  const std::string scenario = small_scenario() +
                               "[[fault]]\nkind = \"lose\"\ncomponent = \"generator\"\nlimit = 1\n"
                               "[[expect]]\nname = \"all there\"\nresource = \"digits\"\nlost = 0\n"
                               "[[expect]]\nresource = \"digits\"\norder = \"fifo\"\n";
  const Outcome outcome = fixture.replay(fixture.write("s.toml", scenario), {"--quiet"});
  CHECK(outcome.status == 1);
  CHECK(outcome.out == "");
  CHECK(outcome.err ==
        "FAILED all there: digits lost 0: 1 lost, expected 0: message generator-0, written at 0s, is owed to "
        "'digits'\n");
  const auto expectations = expectations_of(fixture);
  CHECK(expectations[0] ==
        nlohmann::json::parse(R"({"name": "all there", "resource": "digits", "lost": 0, "met": false,
             "detail": "1 lost, expected 0: message generator-0, written at 0s, is owed to 'digits'"})"));
  CHECK(expectations[1] == nlohmann::json::parse(R"({"resource": "digits", "order": "fifo", "met": true,
                                  "detail": "9 in the order of writing"})"));
}

TEST_CASE("expect: what is measured by some time does not depend on the threads, and is in the summary") {
  const std::string scenario =
      small_scenario() +
      "[component.model]\nkind = \"model\"\nlearner = \"mlp\"\nfrom = \"digits\"\nto = \"answers\"\n"
      "batch = 2\n"
      "[[expect]]\nmetric = \"model.trained\"\nequals = 3\nby = \"5ms\"\n"
      "[[expect]]\nmetric = \"model.prequential_accuracy\"\nmin = 0\nby = \"5ms\"\n";
  std::vector<nlohmann::json> values;
  for (const char* threads : {"1", "2", "8"}) {
    const ProgramFixture fixture;
    CHECK(fixture.replay(fixture.write("s.toml", scenario), {"--threads", threads}).status == 0);
    const auto expectations = expectations_of(fixture);
    CHECK(expectations[0] == nlohmann::json::parse(R"({"metric": "model.trained", "min": null, "max": null,
                                                       "equals": 3, "by": "5ms", "value": 3, "met": true})"));
    values.push_back(expectations[1]);
  }
  CHECK(values[1] == values[0]);
  CHECK(values[2] == values[0]);
}

TEST_CASE("expect: a stall that is expected is no failure of the run") {
  const ProgramFixture fixture;
  const std::string stalling =
      small_scenario() + "[[binding]]\nfrom = \"digits\"\nto = \"kept\"\n[[expect]]\nstatus = ";
  CHECK(fixture.replay(fixture.write("s.toml", stalling + "\"stalled\"\n")).status == 0);
  const Outcome outcome = fixture.replay(fixture.write("s.toml", stalling + "\"completed\"\n"));
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("FAILED the run stalled, expected completed\n"));
  CHECK_THAT(outcome.err, ContainsSubstring("queue 'kept': 10 waiting"));
}

TEST_CASE(
    "faults: the report and the summary say how often each struck, and a warning names one that never did") {
  const ProgramFixture fixture;
  const std::string scenario =
      small_scenario() +
      "[[fault]]\nkind = \"duplicate\"\nname = \"twice\"\ncomponent = \"generator\"\nevery = 5\n"
      "[[fault]]\nkind = \"lose\"\ncomponent = \"generator\"\nprobability = [0, 7]\n"
      "[[fault]]\nkind = \"lose\"\ncomponent = \"generator\"\non = false\n";
  const Outcome outcome = fixture.replay(fixture.write("s.toml", scenario), {"--record"});
  INFO(outcome.out + outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out,
             ContainsSubstring("  fault        'twice', duplicate of generator struck 2 times\n") &&
                 ContainsSubstring("  fault        lose of generator (fault 1) struck 0 times\n") &&
                 ContainsSubstring("  fault        lose of generator (fault 2) is off\n"));
  CHECK_THAT(outcome.err,
             ContainsSubstring("warning: the fault lose of generator (fault 1) never struck in this run\n") &&
                 !ContainsSubstring("fault 2"));
  const auto faults = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["faults"];
  REQUIRE(faults.size() == 3);
  CHECK(faults[0]["name"] == "twice");
  CHECK(faults[0]["struck"] == 2);
  CHECK(faults[1] == nlohmann::json::parse(R"({"kind": "lose", "component": "generator", "struck": 0})"));
  CHECK(faults[2]["on"] == false);
}
