// The cost of a delivery: with bare ZeroMQ, and with the whole bus: scheduler, broker, SDK, record
// and fingerprints.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "dse/plain_component.h"
#include "sim/world/world.h"

namespace dse {
namespace {

constexpr std::size_t kPayloadBytes = 784;
constexpr int kStreams = 4;
constexpr int kMessages = 100'000;        // in one run of bus_fanout4
constexpr TimeNs kPublishGapNs = 50'000;  // as in scenarios/mnist.toml: 20,000 messages a second

// One publish and four deliveries, each a frame sent and received over an inproc PAIR, in one
// thread. The payload is shared, as on the bus, so this measures ZeroMQ, not memcpy.
void zmq_inproc_fanout4(benchmark::State& state) {
  zmq::context_t context(0);
  std::vector<std::array<zmq::socket_t, 2>> pairs;
  for (int pair = 0; pair <= kStreams; ++pair) {
    std::array<zmq::socket_t, 2> ends = {zmq::socket_t(context, zmq::socket_type::pair),
                                         zmq::socket_t(context, zmq::socket_type::pair)};
    const std::string address = fmt::format("inproc://bench-{}", pair);
    for (zmq::socket_t& end : ends) {
      end.set(zmq::sockopt::sndhwm, 0);
      end.set(zmq::sockopt::rcvhwm, 0);
    }
    ends[0].bind(address);
    ends[1].connect(address);
    pairs.push_back(std::move(ends));
  }
  zmq::message_t payload(kPayloadBytes);
  std::memset(payload.data(), 7, payload.size());
  zmq::message_t frame;
  for (auto _ : state) {
    frame.copy(payload);
    benchmark::DoNotOptimize(pairs[0][0].send(frame, zmq::send_flags::dontwait));
    benchmark::DoNotOptimize(pairs[0][1].recv(frame, zmq::recv_flags::dontwait));
    for (int stream = 1; stream <= kStreams; ++stream) {
      zmq::message_t copy;
      copy.copy(frame);
      benchmark::DoNotOptimize(
          pairs[static_cast<std::size_t>(stream)][0].send(copy, zmq::send_flags::dontwait));
    }
    for (int stream = 1; stream <= kStreams; ++stream) {
      benchmark::DoNotOptimize(
          pairs[static_cast<std::size_t>(stream)][1].recv(frame, zmq::recv_flags::dontwait));
    }
  }
  state.SetItemsProcessed(state.iterations() * kStreams);
}

class Publisher : public App {
 public:
  Publisher(int messages, int keys) : messages_(messages) {
    for (int key = 0; key < keys; ++key) keys_.push_back(fmt::format("site-{}.image", key));
  }
  Program program() override {
    return {create_resource("feed"), call([this](Machine& machine) { step(machine); })};
  }
  std::vector<Metric> metrics() const override { return {}; }

 private:
  void step(Machine& machine) {
    if (sent_ == messages_) return machine.eval(exit(0));
    const std::string& key = keys_[static_cast<std::size_t>(sent_++) % keys_.size()];
    machine.eval(write_resource("feed", machine.compose({.payload = payload_, .key = key})),
                 after(kPublishGapNs), call([this](Machine& again) { step(again); }));
  }

  int messages_;
  int sent_ = 0;
  std::vector<std::string> keys_;
  Payload payload_ = Payload::copy_of(std::string(kPayloadBytes, 'x'));
};

class Sink : public App {
 public:
  explicit Sink(std::string from) : from_(std::move(from)) {}
  Program program() override {
    return {stream_resource(from_, 64, [](Machine& machine, const MessagePtr&) { machine.next(); })};
  }
  std::vector<Metric> metrics() const override { return {}; }

 private:
  std::string from_;
};

// A scenario with `bindings` bindings of `feed`, by key, to four streamed queues, and as many other
// resources.
Scenario fanout_scenario(int bindings) {
  Scenario scenario;
  scenario.name = "fanout";
  scenario.latency_ns = 50'000;
  scenario.curve_every_ns = kNanosecondsPerSecond;
  for (int number = 0; number < bindings; ++number) {
    BindingSpec binding;
    binding.from = "feed";
    binding.to = fmt::format("queue-{}", number % kStreams);
    binding.key = fmt::format("site-{}.#", number / kStreams);
    scenario.bindings.push_back(binding);
    scenario.resources.emplace(fmt::format("resource-{}", number), ResourceConfig{});
  }
  scenario.components.push_back(
      {.name = "publisher",
       .component = make_component([keys = bindings / kStreams](const MakeContext&) -> std::unique_ptr<App> {
         return std::make_unique<Publisher>(kMessages, keys);
       })});
  for (int stream = 0; stream < kStreams; ++stream) {
    const std::string from = fmt::format("queue-{}", stream);
    scenario.components.push_back(
        {.name = fmt::format("sink-{}", stream),
         .component = make_component(
             [from](const MakeContext&) -> std::unique_ptr<App> { return std::make_unique<Sink>(from); },
             {.ports = {.reads = from}})});
  }
  return scenario;
}

void bus_fanout4(benchmark::State& state) {
  const auto bindings = static_cast<int>(state.range(0));
  const Scenario scenario = fanout_scenario(bindings);
  const std::atomic<bool> interrupted{false};
  std::uint64_t deliveries = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto world = std::make_unique<World>(
        scenario, WorldOptions(), [](const std::string&) -> LineSink { return [](std::string_view) {}; });
    state.ResumeTiming();
    deliveries += world->run(interrupted, [](TimeNs, std::uint64_t) {}).deliveries;
    state.PauseTiming();
    world.reset();
    state.ResumeTiming();
  }
  if (deliveries != static_cast<std::uint64_t>(state.iterations()) * kMessages * kStreams) {
    state.SkipWithError("messages were lost or doubled");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(deliveries));
}

void scheduler_timers(benchmark::State& state) {
  const auto pending = static_cast<std::uint32_t>(state.range(0));
  Scheduler scheduler(1);
  RandomStream random(1, "bench", "timers");
  std::vector<TimeNs> delays(4096);
  for (TimeNs& delay : delays) delay = static_cast<TimeNs>(random.below(1'000'000));
  for (std::uint32_t timer = 0; timer < pending; ++timer) {
    scheduler.schedule(delays[timer % delays.size()], EventKind::kTimer, ComponentIndex(timer));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    const Event event = scheduler.pop();
    scheduler.schedule(event.time_ns + delays[next++ % delays.size()], EventKind::kTimer, event.target);
  }
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

BENCHMARK(zmq_inproc_fanout4);
BENCHMARK(bus_fanout4)->Arg(12)->Arg(10'000)->ArgName("bindings")->Unit(benchmark::kMillisecond);
BENCHMARK(scheduler_timers)->Arg(10)->Arg(1'000)->Arg(100'000)->ArgName("pending");

}  // namespace dse
