// The cost of many components: a delivery when one generator writes to N watching consumers,
// compared with merely touching the same number of cache lines; and the memory of a component that
// receives nothing. Compare medians within one run, because the machine's speed varies between
// runs:
//   build/dse_bench --benchmark_filter='delivery_beside|cold_lines' --benchmark_repetitions=15
//     --benchmark_enable_random_interleaving=true
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "dse/plain_component.h"
#include "dse/random.h"
#include "kinds/echo.h"
#include "kinds/watch.h"
#include "sim/world/world.h"

namespace dse {
namespace {

// A message goes to this many of the N consumers, whatever N is, so a delivery is the same work for
// every N, with the same share of the cost of writing and routing a message.
constexpr std::uint32_t kReaders = 10;
constexpr std::uint32_t kDeliveriesMin = 200'000;  // in the timed part
constexpr TimeNs kGapNs = 5'000;
constexpr TimeNs kLatencyNs = 50'000;
constexpr TimeNs kStartNs = kNanosecondsPerSecond;  // the generator starts when all queues exist

// The consumers form groups of kReaders. Returns a random order of all groups, so that neither the
// next consumer nor the place of its state can be predicted. The members of a group are far apart:
// group g has the consumers g, g + groups, g + 2 * groups ...
std::vector<std::uint32_t> order_of_groups(std::uint32_t consumers) {
  RandomStream random(1, "bench", "groups");
  return random.permutation(consumers / kReaders);
}
// Writes to the groups in turn, for ever.
class GroupWriter : public App {
 public:
  explicit GroupWriter(std::uint32_t consumers) {
    for (const std::uint32_t group : order_of_groups(consumers))
      keys_.push_back(fmt::format("group-{}", group));
  }
  Program program() override {
    return {create_resource("feed"), call([this](Machine& machine) { step(machine); })};
  }

 private:
  void step(Machine& machine) {
    const std::string& key = keys_[sent_++ % keys_.size()];
    machine.eval(write_resource("feed", machine.compose({.payload = payload_, .key = key})), after(kGapNs),
                 call([this](Machine& again) { step(again); }));
  }

  std::vector<std::string> keys_;
  std::size_t sent_ = 0;
  Payload payload_ = Payload::copy_of(std::string(784, 'x'));
};

Scenario empty_scenario() {
  Scenario scenario;
  scenario.name = "many";
  scenario.latency_ns = kLatencyNs;
  scenario.curve_every_ns = kNanosecondsPerSecond;
  return scenario;
}

Scenario watched_scenario(std::uint32_t consumers) {
  Scenario scenario = empty_scenario();
  scenario.components.push_back({.name = "generator",
                                 .start_ns = kStartNs,
                                 .component = make_component(
                                     [consumers](const MakeContext&) -> std::unique_ptr<App> {
                                       return std::make_unique<GroupWriter>(consumers);
                                     },
                                     {.ports = {.writes = {"feed"}}})});
  const std::uint32_t groups = consumers / kReaders;
  for (std::uint32_t number = 0; number < consumers; ++number) {
    const std::string queue = fmt::format("queue-{}", number);
    scenario.bindings.push_back(
        {.from = "feed", .to = queue, .key = fmt::format("group-{}", number % groups)});
    scenario.components.push_back(
        {.name = fmt::format("watch-{}", number), .component = make_watch({.from = queue})});
  }
  return scenario;
}

void show_delivery(benchmark::State& state, std::int64_t deliveries) {
  state.SetItemsProcessed(deliveries);
  state.counters["delivery"] = benchmark::Counter(static_cast<double>(deliveries),
                                                  benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

double seconds_to_advance(World& world, TimeNs time_ns) {
  const std::atomic<bool> interrupted{false};
  const auto start = std::chrono::steady_clock::now();
  world.advance_to(time_ns, interrupted, [](TimeNs, std::uint64_t) {});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A separate function, so that a profiler can be limited to it.
[[gnu::noinline]] double timed_seconds(World& world, TimeNs time_ns) {
  return seconds_to_advance(world, time_ns);
}

// The time starts after all components have started and every consumer has had its first message.
void delivery_beside(benchmark::State& state) {
  const auto consumers = static_cast<std::uint32_t>(state.range(0));
  const Scenario scenario = watched_scenario(consumers);
  const TimeNs round_ns = TimeNs{consumers / kReaders} * kGapNs;
  const std::uint32_t rounds = std::max(1U, kDeliveriesMin / consumers);
  std::int64_t deliveries = 0;
  for (auto _ : state) {
    World world(scenario, {}, no_files());
    seconds_to_advance(world, kStartNs + round_ns);
    state.SetIterationTime(timed_seconds(world, kStartNs + (1 + rounds) * round_ns));
    deliveries += std::int64_t{rounds} * consumers;
  }
  show_delivery(state, deliveries);
}

// Only the memory accesses of as many deliveries to as many consumers: touches each delivery's
// cache lines, in the same order of consumers, and does nothing else. The number of lines was
// counted with cachegrind's model of a cache of 1 MiB, the size of the second level here, over the
// timed part with 100,000 consumers, where a consumer's lines never remain in the cache until its
// next message:
//   valgrind --tool=callgrind --cache-sim=yes --LL=1048576,16,64 --toggle-collect='*timed_seconds*'
//     build/dse_bench --benchmark_filter=delivery_beside/consumers:100000/
// It counts misses, so a line that a delivery touches twice counts once, and lines that all
// deliveries share do not count. There were 21.1 misses per delivery, reads and writes together.
//
// The lines of a consumer are adjacent. In the chained variant, each line contains the index of the
// next, as a component's state is reached through pointers; in the other, the processor can fetch
// many lines at once, which shows how much of the time is waiting.
constexpr std::uint32_t kLinesOfDelivery = 21;

struct alignas(64) ColdLine {
  std::uint32_t next = 0;
  std::uint32_t touched = 0;
};

class ColdState {
 public:
  explicit ColdState(std::uint32_t consumers)
      : lines_(std::size_t{consumers} * kLinesOfDelivery), order_(order_of_groups(consumers)) {
    RandomStream random(1, "bench", "lines");
    for (std::uint32_t first = 0; first < lines_.size(); first += kLinesOfDelivery) {
      const std::vector<std::uint32_t> places = random.permutation(kLinesOfDelivery);
      for (std::uint32_t place = 0; place < kLinesOfDelivery; ++place)
        lines_[first + places[place]].next = first + places[(place + 1) % kLinesOfDelivery];
    }
  }

  template <bool kChained>
  void touch_all() {
    const auto groups = static_cast<std::uint32_t>(order_.size());
    for (const std::uint32_t group : order_) {
      for (std::uint32_t member = 0; member < kReaders; ++member)
        touch<kChained>((member * groups + group) * kLinesOfDelivery);
    }
    benchmark::ClobberMemory();
  }

 private:
  template <bool kChained>
  void touch(std::uint32_t first) {
    std::uint32_t at = kChained ? last_ + first : first;  // last_ is 0, which the processor cannot know yet
    for (std::uint32_t count = 0; count < kLinesOfDelivery; ++count) {
      ColdLine& line = lines_[at];
      ++line.touched;
      at = kChained ? line.next : at + 1;
    }
    last_ = kChained ? at - first : 0;
  }

  std::vector<ColdLine> lines_;
  std::vector<std::uint32_t> order_;
  std::uint32_t last_ = 0;
};

template <bool kChained>
void cold_lines(benchmark::State& state) {
  const auto consumers = static_cast<std::uint32_t>(state.range(0));
  const std::uint32_t rounds = std::max(1U, kDeliveriesMin / consumers);
  ColdState cold(consumers);
  cold.touch_all<kChained>();
  std::int64_t deliveries = 0;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t round = 0; round < rounds; ++round) cold.touch_all<kChained>();
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    deliveries += std::int64_t{rounds} * consumers;
  }
  show_delivery(state, deliveries);
}

std::size_t allocated_bytes() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

// The bytes of a world of echoes that have started and read queues into which nothing comes.
std::size_t bytes_of_idle_world(std::uint32_t consumers) {
  const std::size_t before = allocated_bytes();
  Scenario scenario = empty_scenario();
  for (std::uint32_t number = 0; number < consumers; ++number) {
    scenario.components.push_back({.name = fmt::format("echo-{}", number),
                                   .component = make_echo({.from = fmt::format("queue-{}", number)})});
  }
  World world(scenario, {}, no_files());
  seconds_to_advance(world, kStartNs);
  return allocated_bytes() - before;
}

void idle_component(benchmark::State& state) {
  const auto consumers = static_cast<std::uint32_t>(state.range(0));
  bytes_of_idle_world(consumers);  // lets the process make its one-time allocations
  double bytes = 0;
  for (auto _ : state)
    bytes = static_cast<double>(bytes_of_idle_world(2 * consumers) - bytes_of_idle_world(consumers));
  state.counters["bytes"] = bytes / consumers;
}

}  // namespace

BENCHMARK(delivery_beside)
    ->Arg(10)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->ArgName("consumers")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(cold_lines<true>)
    ->Name("cold_lines/chained")
    ->Arg(100'000)
    ->ArgName("consumers")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(cold_lines<false>)
    ->Name("cold_lines/at_once")
    ->Arg(100'000)
    ->ArgName("consumers")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(idle_component)->Arg(1'000)->ArgName("components")->Iterations(1);

}  // namespace dse
