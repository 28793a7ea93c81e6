#include "sim/regression/explorer.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "sim/regression/spread.h"
#include "sim/regression/swarm.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::string kSample = std::string(DSE_SOURCE_DIR) + "/data/sample/";

// Sources that send their images to one reader at the same time.
std::string source(const std::string& name, const std::string& rate) {
  return "[component." + name + "]\nkind = \"production-source\"\nimages = \"" + kSample +
         "t10k-images-idx3-ubyte.gz\"\nslice = [0, 5]\nto = \"in\"\nrate = \"" + rate + "\"\n";
}

struct Workbench {
  TemporaryFolder folder;
  Tables tables = built_in_tables();
  ExplorePlan plan;
  std::atomic<bool> interrupted{false};
  std::uint64_t stop_after = UINT64_MAX;
  std::vector<std::uint64_t> counts;  // numbers of finished runs, as reported

  explicit Workbench(const std::string& scenario) {
    plan.scenario = folder.file("s.toml");
    std::ofstream(plan.scenario) << scenario;
  }
  Exploration run() {
    counts.clear();
    return Explorer(plan, tables).run(interrupted, [this](const Explorer::Progress& progress) {
      counts.push_back(progress.done);
      if (progress.done >= stop_after) interrupted = true;
    });
  }
};

const std::string kReader =
    "[resource.in]\nprefetch = 1\n[component.reader]\nkind = \"watch\"\nfrom = \"in\"\n";

bool depends(const Exploration& exploration, const std::string& metric) {
  for (const Spread& spread : spreads(exploration)) {
    if (spread.metric == metric) return spread.depends_on_ordering;
  }
  FAIL("no metric " << metric);
  return false;
}

}  // namespace

TEST_CASE("an exploration is every point of the grid, every seed, every ordering, in this order") {
  Workbench bench(kReader + source("s1", "1000/s"));
  bench.plan.first_seed = 5;
  bench.plan.last_seed = 6;
  bench.plan.orderings = 3;
  bench.plan.parameters = {{"component.s1.rate", {"1000/s", "500/s"}},
                           {"resource.in.prefetch", {"1", "2", "0"}}};
  const Explorer explorer(bench.plan, bench.tables);
  CHECK(explorer.trial_count() == 36);
  CHECK(explorer.points() == 6);
  CHECK(explorer.values_of(0) == std::vector<std::string>{"1000/s", "1"});
  CHECK(explorer.values_of(1) == std::vector<std::string>{"1000/s", "2"});
  CHECK(explorer.values_of(5) == std::vector<std::string>{"500/s", "0"});
  CHECK(explorer.settings_of(4) ==
        std::vector<std::string>{"component.s1.rate=500/s", "resource.in.prefetch=2"});
  CHECK(explorer.scenario(2).prefetch_of("in") == 0);

  const Exploration exploration = bench.run();
  REQUIRE(exploration.trials.size() == 36);
  REQUIRE(exploration.values.size() == 36);
  CHECK(bench.counts.size() == 36);
  CHECK(std::is_sorted(bench.counts.begin(), bench.counts.end()));
  for (std::size_t number = 0; number < 36; ++number) {
    CHECK(exploration.trials[number].point == number / 6);
    CHECK(exploration.trials[number].seed == 5 + number / 3 % 2);
    CHECK(exploration.trials[number].ordering == number % 3);
  }
  CHECK(exploration.failures.empty());
  CHECK(std::is_sorted(exploration.metrics.begin(), exploration.metrics.end()));
}

TEST_CASE("jobs change nothing") {
  Workbench bench(kReader + source("s1", "1000/s") + source("s2", "1000/s") +
                  "[[expect]]\nmetric = \"in.max_depth\"\nmax = 0\n");
  bench.plan.last_seed = 3;
  bench.plan.orderings = 10;
  const Exploration one = bench.run();
  bench.plan.jobs = 4;
  const Exploration four = bench.run();
  CHECK(one.values == four.values);
  CHECK(one.metrics == four.metrics);
  REQUIRE(one.failures.size() == four.failures.size());
  CHECK_FALSE(one.failures.empty());
  for (std::size_t i = 0; i < one.failures.size(); ++i) {
    CHECK(one.failures[i].trial.ordering == four.failures[i].trial.ordering);
    CHECK(one.failures[i].failure.way == "in.max_depth too high");
    CHECK(one.failures[i].failure.text == four.failures[i].failure.text);
  }
}

TEST_CASE("what depends on the order of simultaneous events is told from what does not") {
  Workbench at_once(kReader + source("s1", "1000/s") + source("s2", "1000/s") + source("s3", "1000/s"));
  at_once.plan.orderings = 30;
  const Exploration exploration = at_once.run();
  CHECK(depends(exploration, "in.max_depth"));
  CHECK_FALSE(depends(exploration, "reader.received"));
  CHECK_FALSE(depends(exploration, "s1.sent"));

  Workbench alone(kReader + source("s1", "1000/s"));
  alone.plan.orderings = 30;
  for (const Spread& spread : spreads(alone.run())) {
    CAPTURE(spread.metric);
    CHECK_FALSE(spread.depends_on_ordering);
    CHECK(spread.runs == 30);
    CHECK(spread.min == spread.max);
  }
}

TEST_CASE("an exploration that is interrupted keeps what it has") {
  Workbench bench(kReader + source("s1", "1000/s"));
  bench.plan.last_seed = 1000;
  bench.stop_after = 7;
  const Exploration exploration = bench.run();
  CHECK(exploration.trials.size() == 7);
  CHECK(exploration.values.size() == 7);
  bench.counts.clear();
  CHECK(bench.run().trials.empty());
}

TEST_CASE("too many runs, and settings that are wrong, are refused before anything runs") {
  Workbench bench(kReader + source("s1", "1000/s"));
  const auto refusal = [&] { return input_error([&] { Explorer(bench.plan, bench.tables); }); };
  bench.plan.first_seed = 0;
  bench.plan.last_seed = UINT64_MAX;
  CHECK_THAT(refusal(), ContainsSubstring("these are more than 1000000 runs"));
  bench.plan.last_seed = 999'999;
  CHECK(refusal() == "");
  bench.plan.orderings = 2;
  CHECK_THAT(refusal(), ContainsSubstring("these are more than 1000000 runs"));
  bench.plan.last_seed = 0;
  bench.plan.orderings = UINT64_MAX;
  bench.plan.parameters = {{"resource.in.prefetch", {"1", "2"}}};
  CHECK_THAT(refusal(), ContainsSubstring("these are more than 1000000 runs"));
  bench.plan.orderings = 1;
  bench.plan.parameters = {{"resource.in.prefetch", {"1", "many"}}};
  CHECK_THAT(refusal(), ContainsSubstring("--set resource.in.prefetch: expected an integer"));
}

TEST_CASE("what only a run finds wrong ends the exploration, on any number of jobs") {
  Workbench bench(kReader + source("s1", "1000/s"));
  bench.plan.last_seed = 20;
  bench.plan.parameters = {{"component.s1.slice", {"[0, 5]", "[0, 50000]"}}};
  for (const unsigned jobs : {1U, 4U}) {
    bench.plan.jobs = jobs;
    CHECK_THAT(input_error([&] { bench.run(); }), ContainsSubstring("[0, 50000] is out of range"));
  }
}

TEST_CASE("an exploration of some faults: each seed has a subset of its own, and all of them occur") {
  const std::string lose = "[[fault]]\nkind = \"lose\"\ncomponent = \"s1\"\n";
  Workbench bench(kReader + source("s1", "1000/s") + lose + "name = \"one\"\nlimit = 1\n" + lose +
                  "name = \"two\"\nfrom = \"2ms\"\nlimit = 1\n" + lose + "on = false\n");
  bench.plan.last_seed = 40;
  bench.plan.some_faults = true;
  const Explorer explorer(bench.plan, bench.tables);
  const Exploration exploration = bench.run();
  REQUIRE(exploration.trials.size() == 40);
  const auto received = static_cast<std::size_t>(
      std::find(exploration.metrics.begin(), exploration.metrics.end(), "reader.received") -
      exploration.metrics.begin());
  std::map<std::vector<std::size_t>, int> subsets;
  for (std::size_t i = 0; i < exploration.trials.size(); ++i) {
    const std::vector<std::size_t> off = explorer.off_in(exploration.trials[i]);
    ++subsets[off];
    CHECK(exploration.values[i][received] == 3 + static_cast<double>(off.size()));
  }
  CHECK(subsets.size() == 4);  // the third fault is off in any case
  for (const auto& [off, count] : subsets) CHECK(count > 3);
  CHECK(explorer.settings_of(Trial{.seed = 1}) == settings_of_faults_off(explorer.off_in({.seed = 1})));
  CHECK(settings_of_faults_off({0, 2}) == std::vector<std::string>{"fault.0.on=false", "fault.2.on=false"});
  // Without the other one, a fault is on with the same seeds.
  Scenario fewer = explorer.scenario(0);
  fewer.faults.erase(fewer.faults.begin());
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::vector<std::size_t> all = faults_off(explorer.scenario(0), seed);
    const bool was_off = std::find(all.begin(), all.end(), std::size_t{1}) != all.end();
    CHECK(faults_off(fewer, seed) == (was_off ? std::vector<std::size_t>{0} : std::vector<std::size_t>{}));
  }
}

TEST_CASE("an exploration of some faults needs one") {
  Workbench bench(kReader + source("s1", "1000/s"));
  bench.plan.some_faults = true;
  CHECK_THAT(input_error([&] { bench.run(); }), ContainsSubstring("--faults: the scenario has no [[fault]]"));
}
