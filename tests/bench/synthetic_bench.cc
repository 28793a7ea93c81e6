// The number of rows per second that each synthetic stream makes.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "synthetic/stream_table.h"

namespace dse {
namespace {

void rows(benchmark::State& state, const std::string& name, const StreamValues& values) {
  RandomStream features(1, "bench", "features");
  RandomStream noise(1, "bench", "noise");
  RandomStream drift(1, "bench", "drift");
  const auto streams = built_in_synthetic_streams();
  const auto stream = find_stream(streams, name)->make(values, {features, noise, drift});
  std::vector<float> row(stream->features());
  for (auto iteration : state) {
    static_cast<void>(iteration);
    benchmark::DoNotOptimize(stream->next(row));
    benchmark::DoNotOptimize(row.data());
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(rows, sea, "sea", {})->Name("rows/sea");
BENCHMARK_CAPTURE(rows, agrawal, "agrawal", {})->Name("rows/agrawal");
BENCHMARK_CAPTURE(rows, hyperplane, "hyperplane", {})->Name("rows/hyperplane");
BENCHMARK_CAPTURE(rows, moving, "hyperplane", {{"magnitude", 0.001}})->Name("rows/hyperplane/moving");
BENCHMARK_CAPTURE(rows, led, "led", {})->Name("rows/led");

}  // namespace
}  // namespace dse
