// Runs whole scenarios, including the wiring: one on the committed sample, and rows of a synthetic stream
// that one model learns.
#include <benchmark/benchmark.h>

#include <atomic>
#include <fstream>
#include <string>

#include "sim/scenario/scenario_reader.h"
#include "sim/world/world.h"
#include "support/temporary_folder.h"

namespace dse {
namespace {

void replay_mnist_sample(benchmark::State& state) {
  const Scenario scenario =
      read_scenario(DSE_SOURCE_DIR "/scenarios/sample-four-models.toml", built_in_tables(), {});
  const std::atomic<bool> interrupted{false};
  std::uint64_t deliveries = 0;
  for (auto _ : state) {
    World world(scenario, {.seed = scenario.seed, .threads = static_cast<unsigned>(state.range(0))},
                [](const std::string&) -> LineSink { return [](std::string_view) {}; });
    deliveries += world.run(interrupted, [](TimeNs, std::uint64_t) {}).deliveries;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(deliveries));
}

constexpr std::int64_t kRows = 300'000;

// Rows of ten features from a source over the bus into a model, with all figures, on one thread.
void learn_rows(benchmark::State& state, const std::string& learner) {
  const TemporaryFolder folder;
  const std::string path = folder.file("rows.toml");
  std::ofstream(path)
      << "[component.source]\nkind = \"synthetic-source\"\nstream = \"hyperplane\"\nto = \"rows\"\n"
      << "rate = \"10000/s\"\nlimit = " << kRows << "\n[component.model]\nkind = \"model\"\n"
      << "learner = \"" << learner << "\"\nfrom = \"rows\"\nto = \"answers\"\n";
  const Scenario scenario = read_scenario(path, built_in_tables(), {});
  const std::atomic<bool> interrupted{false};
  for (auto _ : state) {
    World world(scenario, {.seed = 1, .threads = 1},
                [](const std::string&) -> LineSink { return [](std::string_view) {}; });
    world.run(interrupted, [](TimeNs, std::uint64_t) {});
  }
  state.SetItemsProcessed(kRows * state.iterations());
}

}  // namespace

BENCHMARK_CAPTURE(learn_rows, naive_bayes, "naive-bayes")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(learn_rows, hoeffding_tree, "hoeffding-tree")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(replay_mnist_sample)
    ->Arg(1)
    ->Arg(2)
    ->ArgName("threads")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace dse
