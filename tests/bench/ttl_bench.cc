// How fast messages expire: a million in a thousand queues, each message with a time of its own; and how much
// memory a message that waits takes, with a time to live and without one.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <memory>
#include <optional>
#include <vector>

#include "broker/broker.h"

namespace dse {
namespace {

constexpr int kQueues = 1'000;
constexpr int kMessagesOfQueue = 1'000;
constexpr TimeNs kBetweenNs = 1'000;
constexpr TimeNs kTtlNs = 10'000'000'000;

std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Queues that hold the messages; these come a microsecond apart, to one queue after the other.
std::unique_ptr<Broker> filled(std::optional<TimeNs> ttl_ns, const MessagePtr& message) {
  auto broker = std::make_unique<Broker>();
  std::vector<ResourceIndex> queues;
  for (int number = 0; number < kQueues; ++number) {
    queues.push_back(broker->declare(fmt::format("q{}", number), 0));
    broker->set_options(queues.back(), QueueOptions{.message_ttl_ns = ttl_ns});
    broker->make_queue(queues.back(), 0);
  }
  TimeNs now = 0;
  for (int round = 0; round < kMessagesOfQueue; ++round) {
    for (const ResourceIndex queue : queues) broker->publish(queue, message, {}, now += kBetweenNs);
  }
  return broker;
}

void timers_expire(benchmark::State& state) {
  const MessagePtr message = make_message({.key = "k", .id = "m"});
  std::int64_t expired = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::unique_ptr<Broker> broker = filled(kTtlNs, message);
    state.ResumeTiming();
    while (const std::optional<TimeNs> due_ns = broker->next_look_ns())
      expired += static_cast<std::int64_t>(broker->look(*due_ns).policies.size());
    state.PauseTiming();
    broker.reset();
    state.ResumeTiming();
  }
  if (expired != state.iterations() * kQueues * kMessagesOfQueue) state.SkipWithError("not all have expired");
  state.SetItemsProcessed(expired);
}
BENCHMARK(timers_expire)->Unit(benchmark::kMillisecond);

// With a time to live, or without: the counter is the bytes of a message that waits, besides the message.
void timers_memory(benchmark::State& state) {
  const bool lives = state.range(0) != 0;
  const MessagePtr message = make_message({.key = "k", .id = "m"});
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::size_t before = heap_bytes();
    const std::unique_ptr<Broker> broker = filled(lives ? std::optional(kTtlNs) : std::nullopt, message);
    bytes = heap_bytes() - before;
  }
  state.counters["bytes_per_message"] = static_cast<double>(bytes) / (kQueues * kMessagesOfQueue);
}
BENCHMARK(timers_memory)->ArgName("ttl")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dse
