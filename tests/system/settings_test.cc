// --set: every form that the documentation names, and forms that it does not name.
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kScenario = kScenarios + "sample-four-models.toml";

void check_setting_refused(const std::string& setting, const std::vector<std::string>& messages) {
  INFO(setting);
  const ProgramFixture fixture;
  fixture.check_refused(kScenario, messages, {"--set", setting});
}

// The summary of the small scenario with these options.
nlohmann::json summary_with(const std::vector<std::string>& more, const std::string& added = "") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(fixture.write("small.toml", small_scenario() + added), more);
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
}

}  // namespace

TEST_CASE("set: an integer") {
  CHECK(summary_with({"--set", "component.generator.limit=7"})["metrics"]["echo.received"] == 7);
  CHECK(summary_with({"--set", "seed=7"})["seed"] == 7);
}

TEST_CASE("set: a string with and without quotes, whatever it holds") {
  CHECK(summary_with({"--set", "title=\"In quotes\""})["title"] == "In quotes");
  CHECK(summary_with({"--set", "title=Without quotes"})["title"] == "Without quotes");
  CHECK(summary_with({"--set", "title=a=b"})["title"] == "a=b");
  CHECK(summary_with({"--set", R"(title=say "x" \ y)"})["title"] == R"(say "x" \ y)");
  CHECK(summary_with({"--set", "component.generator.rate=10/s"})["virtual_time_ns"] == 1'000'000'000);
}

TEST_CASE("set: a list, a table, a table that the file does not have") {
  CHECK(summary_with({"--set", "component.generator.slice=[0, 3]"})["metrics"]["echo.received"] == 3);
  CHECK(summary_with({"--set", "bus={latency=\"1ms\"}"})["metrics"]["echo.latency_p50_ns"].get<int>() >=
        2'000'000);
  CHECK(summary_with({"--set", "bus.latency=1ms"})["metrics"]["echo.latency_p50_ns"].get<int>() >= 2'000'000);
  CHECK(summary_with({"--set", "resource.digits.prefetch=1", "--set",
                      "component.echo.service=10ms"})["metrics"]["digits.max_depth"]
            .get<int>() >= 7);
  CHECK(summary_with(
            {"--set", "component.more={kind=\"watch\",from=\"other\"}"})["metrics"]["more.received"] == 0);
}

TEST_CASE("set: an element of a list of tables, by its number") {
  const std::string expect = "[[expect]]\nmetric = \"echo.received\"\nmin = 1\n";
  const nlohmann::json summary =
      summary_with({"--set", "expect.0.min=10", "--set", "expect.0.max=10.5"}, expect);
  CHECK(summary["expectations"][0]["min"] == 10);
  CHECK(summary["expectations"][0]["max"] == 10.5);
  CHECK(summary["expectations"][0]["met"] == true);
  CHECK(summary["settings"] == nlohmann::json({"expect.0.min=10", "expect.0.max=10.5"}));
}

TEST_CASE("set: an element of a list of strings, by its number") {
  const std::string binding =
      "[[binding]]\nfrom = [\"digits\", \"none\"]\nto = \"copy\"\n[component.w]\nkind = \"watch\"\nfrom = "
      "\"copy\"\n";
  CHECK(summary_with({}, binding)["metrics"]["w.received"] == 10);
  CHECK(summary_with({"--set", "binding.0.from.0=elsewhere"}, binding)["metrics"]["w.received"] == 0);
}

TEST_CASE("set: the last of two wins") {
  CHECK(summary_with({"--set", "component.generator.limit=7", "--set",
                      "component.generator.limit=3"})["metrics"]["echo.received"] == 3);
}

TEST_CASE("set: an expectation that is not met fails the run, which is kept") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(kScenarios + "generator-and-echo.toml",
                                         {"--set", "expect.1.min=11", "--set", "expect.1.max=12"});
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("FAILED"));
  CHECK(fixture.runs() == std::vector<std::string>{"run"});
}

TEST_CASE("set: what is no KEY=VALUE") {
  check_setting_refused(
      "component.lenet.batch",
      {"--set component.lenet.batch: expected KEY=VALUE, such as component.lenet.batch=32"});
  check_setting_refused("=32", {"expected KEY=VALUE"});
  check_setting_refused("", {"expected KEY=VALUE"});
  check_setting_refused("component..batch=32", {"--set component..batch: a part of the key is empty"});
  check_setting_refused("seed=1\ntitle=\"x\"",
                        {"--set seed: expected one value, found lines that set other keys as well"});
  check_setting_refused("title=a\nb", {"--set title: the value is no TOML value"});
}

TEST_CASE("set: a component, key or element that does not exist") {
  check_setting_refused("component.lent.batch=32",
                        {"--set component.lent.batch: the scenario has no 'lent'; did you mean 'lenet'?"});
  check_setting_refused("component.lenet.bacth=32",
                        {"--set component.lenet.bacth: unknown key; did you mean 'batch'?"});
  check_setting_refused("component.lenet.service.tain=1us",
                        {"--set component.lenet.service.tain: unknown key; did you mean 'train'?"});
  check_setting_refused("componet.lenet.batch=32",
                        {"--set componet.lenet.batch: the scenario has no 'lenet'"});
  check_setting_refused("sede=1", {"--set sede: unknown key; did you mean 'seed'?"});
  check_setting_refused("expect.7.min=1",
                        {"--set expect.7.min: there is no element '7': there are 1, counted from 0"});
  check_setting_refused("expect.-1.min=1", {"there is no element '-1'"});
  check_setting_refused("expect.x.min=1", {"there is no element 'x'"});
  check_setting_refused("expect.1={metric=\"lenet.trained\",min=1}", {"there is no element '1'"});
  check_setting_refused("expect.0.mni=1", {"--set expect.0.mni: unknown key; did you mean 'min'?"});
  check_setting_refused("title.x=1", {"--set title.x: 'x' is below a key that holds no table"});
  check_setting_refused("title.x.y=1", {"'x' is below a key that holds no table"});
  check_setting_refused("resource.lenet.prefech=1",
                        {"--set resource.lenet.prefech: unknown key; did you mean 'prefetch'?"});
}

TEST_CASE("set: a value of the wrong type or out of range") {
  check_setting_refused("component.lenet.batch=many",
                        {"--set component.lenet.batch: expected an integer, found a string"});
  check_setting_refused("component.lenet.batch=0",
                        {"--set component.lenet.batch: 0 is out of range: expected 1 to 4096"});
  check_setting_refused("component.lenet.learner=5",
                        {"--set component.lenet.learner: expected a string, found an integer"});
  check_setting_refused("component.lenet=5", {"--set component.lenet: expected a table, found an integer"});
  check_setting_refused("component=5", {"--set component: expected a table, found an integer"});
  check_setting_refused("seed=", {"--set seed: expected an integer, found a string"});
  check_setting_refused("component.lenet.service.train=fast",
                        {"--set component.lenet.service.train: 'fast' is not a duration"});
}

TEST_CASE("set: a value nested too deep") {
  std::string key;
  for (int i = 0; i < 50'000; ++i) key += "a.";
  check_setting_refused("x={" + key + "a=1}", {"dse: --set x: a key with more than 100 dots"});
  check_setting_refused(key + "a=1", {"dse: --set: a key of 50001 parts: no key of a scenario is that deep"});
  // A quote in a name does not hide the depth.
  check_setting_refused("a'." + key + "a=1", {"dse: --set: a key of 50002 parts"});
}

TEST_CASE("set: options of a resource that nothing uses") {
  check_setting_refused("resource.mnst.prefetch=1",
                        {"resource.mnst: nothing writes, binds or streams 'mnst'; did you mean 'mnist'?"});
}
