// Runs a whole scenario on the committed sample, including the wiring.
#include <benchmark/benchmark.h>

#include <atomic>

#include "sim/scenario/scenario_reader.h"
#include "sim/world/world.h"

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

}  // namespace

BENCHMARK(replay_mnist_sample)
    ->Arg(1)
    ->Arg(2)
    ->ArgName("threads")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace dse
