#include "sim/regression/minimiser.h"

#include <fstream>

#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/scenario_text.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::string kSample = std::string(DSE_SOURCE_DIR) + "/data/sample/";

std::string source(const std::string& name, const std::string& to) {
  return "[component." + name + "]\nkind = \"production-source\"\nimages = \"" + kSample +
         "t10k-images-idx3-ubyte.gz\"\nslice = [20, 120]\nto = \"" + to + "\"\nrate = \"1000/s\"\n";
}
std::string reader(const std::string& name, const std::string& from) {
  return "[component." + name + "]\nkind = \"watch\"\nfrom = \"" + from + "\"\n";
}
std::string expect(const std::string& metric, const std::string& bound) {
  return "[[expect]]\nmetric = \"" + metric + "\"\n" + bound + "\n";
}

struct Workbench {
  TemporaryFolder folder;
  Tables tables = built_in_tables();
  MinimiseRequest request{.tables = tables};
  std::atomic<bool> interrupted{false};
  std::uint64_t told = 0;

  Workbench(const std::string& scenario, const std::string& way) {
    request.path = folder.file("s.toml");
    std::ofstream(request.path) << scenario;
    request.scenario = scenario_text_with(request.path, {});
    request.way = way;
  }
  std::optional<Minimised> run() {
    return Minimiser(std::move(request)).run(interrupted, [this](std::uint64_t runs) { told = runs; });
  }
  JudgedRun judged(const Minimised& minimised, const RunChoice& choice) const {
    const Scenario scenario = parse_scenario(minimised.scenario, folder.file("s.toml"), built_in_tables());
    return judge(scenario, {.seed = choice.seed, .ordering = choice.ordering}, interrupted);
  }
};

}  // namespace

TEST_CASE("faults are dropped before anything else that may as well be the cause") {
  Workbench bench(source("a", "x") + source("b", "x") + reader("r", "x") +
                      "[[fault]]\nkind = \"duplicate\"\ncomponent = \"a\"\n" +
                      expect("r.received", "max = 110"),
                  "r.received too high");
  const std::optional<Minimised> result = bench.run();
  REQUIRE(result);
  CAPTURE(result->scenario);
  CHECK(result->scenario.find("fault") == std::string::npos);
  CHECK_THAT(result->scenario, ContainsSubstring("component.a") && ContainsSubstring("component.b"));
}

TEST_CASE("a scenario is reduced to the least that fails in the same way") {
  Workbench bench("title = \"Many things\"\nuntil = \"90ms\"\n[bus]\nlatency = \"50us\"\n" +
                      source("a", "x") + source("b", "y.z") + reader("r", "x") + reader("q", "y.z") +
                      "[resource.\"y.z\"]\nprefetch = 3\n[[binding]]\nfrom = \"x\"\nto = \"y.z\"\n" +
                      expect("q.received", "max = 3") + expect("r.received", "min = 1"),
                  "q.received too high");
  const std::optional<Minimised> result = bench.run();
  REQUIRE(result);
  const std::string text = result->scenario;
  CAPTURE(text);
  CHECK(result->messages == 4);
  CHECK(result->failure.way == "q.received too high");
  CHECK(result->failure.text == "q.received is 4");
  CHECK(result->runs == bench.told);
  CHECK(result->runs < 300);
  // One source, one reader, one expectation, and nothing superfluous.
  const Scenario smallest = parse_scenario(text, bench.folder.file("s.toml"), built_in_tables());
  CHECK(smallest.components.size() == 2);
  CHECK(smallest.expectations.size() == 1);
  CHECK(smallest.resources.empty());
  CHECK(smallest.latency_ns == 0);
  for (const std::string word : {"title", "[bus]"}) CHECK(text.find(word) == std::string::npos);
  const JudgedRun again = bench.judged(*result, result->failing);
  REQUIRE(again.failure);
  CHECK(again.failure->text == result->failure.text);
}

TEST_CASE("a run that passes still passes") {
  // Fails with a seed whose gaps are short: one of two sources with random arrivals matters.
  std::string poisson = source("a", "x") + "arrivals = \"poisson\"\n" + source("b", "y") + reader("r", "x") +
                        reader("q", "y") + "service = \"1ms\"\n";
  poisson += expect("a.sent", "min = 100");
  Workbench bench("until = \"100ms\"\n" + poisson, "a.sent too low");
  std::optional<std::uint64_t> failing;
  std::optional<std::uint64_t> passing;
  const Scenario scenario = read_scenario(bench.request.path, built_in_tables(), {});
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    (judge(scenario, {.seed = seed}, bench.interrupted).failure ? failing : passing) = seed;
  REQUIRE(failing);
  REQUIRE(passing);
  bench.request.failing = {*failing, 0};
  bench.request.passing = RunChoice{*passing, 0};
  const std::optional<Minimised> result = bench.run();
  REQUIRE(result);
  CAPTURE(result->scenario);
  CHECK(bench.judged(*result, result->failing).failure->way == "a.sent too low");
  CHECK_FALSE(bench.judged(*result, RunChoice{*passing, 0}).failure);
  CHECK(result->scenario.find("poisson") != std::string::npos);
}

TEST_CASE("components stay in the order of the file") {
  Workbench bench(reader("r", "x") + source("z", "x") + source("a", "x") + source("m", "x") +
                      expect("r.received", "max = 0"),
                  "r.received too high");
  bench.request.passing = RunChoice{1, 0};  // the failing run itself: nothing can be left out
  CHECK_FALSE(bench.run());

  Workbench other(reader("r", "x") + source("z", "x") + source("a", "x") + expect("r.received", "max = 150"),
                  "r.received too high");
  const std::optional<Minimised> result = other.run();
  REQUIRE(result);
  CHECK(result->messages == 151);
  const Scenario scenario = parse_scenario(result->scenario, "s.toml", built_in_tables());
  REQUIRE(scenario.components.size() == 3);
  CHECK(scenario.components[0].name == "r");
  CHECK(scenario.components[1].name == "z");
  CHECK(scenario.components[2].name == "a");
}

TEST_CASE("a scenario that does not fail so is not minimised") {
  Workbench passes(source("a", "x") + reader("r", "x") + expect("r.received", "max = 100"),
                   "r.received too high");
  CHECK_FALSE(passes.run());
  Workbench otherwise(source("a", "x") + reader("r", "x") + expect("r.received", "max = 1"),
                      "r.received too low");
  CHECK_FALSE(otherwise.run());
  CHECK(otherwise.told == 1);
}

TEST_CASE("an interrupted minimiser ends with what it has") {
  Workbench bench(source("a", "x") + reader("r", "x") + expect("r.received", "max = 1"),
                  "r.received too high");
  bench.interrupted = true;
  CHECK_FALSE(bench.run());

  Workbench later(source("a", "x") + reader("r", "x") + expect("r.received", "max = 1"),
                  "r.received too high");
  const std::optional<Minimised> result =
      Minimiser(std::move(later.request)).run(later.interrupted, [&](std::uint64_t runs) {
        if (runs == 4) later.interrupted = true;
      });
  REQUIRE(result);
  CHECK(result->runs == 4);
  CHECK(result->failure.way == "r.received too high");
}

TEST_CASE("an order of simultaneous events is searched that fails with less") {
  // With one message each, only some orders let two wait.
  Workbench bench("[resource.x]\nprefetch = 1\n" + reader("r", "x") + source("a", "x") + source("b", "x") +
                      source("c", "x") + expect("x.max_depth", "max = 1"),
                  "x.max_depth too high");
  bench.request.orderings = 50;
  const std::optional<Minimised> result = bench.run();
  REQUIRE(result);
  CAPTURE(result->scenario);
  CHECK(result->messages <= 4);
  CHECK(bench.judged(*result, result->failing).failure->way == "x.max_depth too high");
}
