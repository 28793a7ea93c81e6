// Tests of how long messages wait and stay, in worlds of a few components.
#include "dse/dataset.h"
#include "dse/random.h"
#include "kinds/echo.h"
#include "kinds/gateway_import.h"
#include "support/catch.h"
#include "support/open_world.h"

using namespace dse;

namespace {

constexpr TimeNs kMs = 1'000'000;

double metric_of(const RunResult& result, const std::string& name) {
  INFO(name);
  REQUIRE(result.metrics.contains(name));
  return result.metrics.at(name);
}

// A histogram's quantile is never below the exact one, and exceeds it by less than 1/128.
void check_quantile(double found, TimeNs exact) {
  CHECK(found >= static_cast<double>(exact));
  CHECK(found <= static_cast<double>(exact + exact / 128));
}

RunResult overloaded(std::uint32_t prefetch, int count, TimeNs gap_ns, TimeNs service_ns) {
  Simulation world({.curve_every_ns = kNanosecondsPerSecond});
  world.set_prefetch("jobs", prefetch);
  world.add("source", writing("jobs", count, gap_ns));
  world.add("sink", make_echo({.from = "jobs", .service_ns = service_ns}));
  return world.run();
}

const std::atomic<bool> kNever{false};

// A world into which the test hands messages for a consumer.
struct Entrance : OpenWorld {
  std::unique_ptr<World> world;
  Entrance() {
    ImportOptions config;
    config.queue = "outside";
    config.to = "jobs";
    add("door", make_gateway_import(config));
    add("sink", make_echo({.from = "jobs", .service_ns = 5}));
    world = std::make_unique<World>(scenario, options, no_files());
  }
  RunResult finish(TimeNs time_ns) {
    REQUIRE(world->advance_to(time_ns, kNever, [](TimeNs, std::uint64_t) {}));
    return world->finish(RunStatus::kCompleted);
  }
};

}  // namespace

TEST_CASE("a sojourn is two hops, the wait for what came before, and the service") {
  Simulation world(kHopsOf10);
  world.add("source", writing("jobs", 2, 100));
  world.add("sink", make_echo({.from = "jobs", .service_ns = 130}));
  const RunResult result = world.run();
  // The first is handled from 20 to 150, the second, written at 100, from 150 to 280.
  CHECK(metric_of(result, "sink.wait_p50_ns") == 20);
  CHECK(metric_of(result, "sink.wait_p999_ns") == 50);
  CHECK(metric_of(result, "sink.sojourn_p50_ns") == 150);
  CHECK(metric_of(result, "sink.sojourn_p99_ns") == 180);
  CHECK(metric_of(result, "sink.latency_p99_ns") == 20);
  CHECK(metric_of(result, "sink.unhandled") == 0);
}

// D/D/1: message n comes at n a and leaves at (n + 1) s, so it stays (n + 1) s - n a.
TEST_CASE("a consumer that is too slow shows in the sojourn, whatever its prefetch") {
  constexpr int kCount = 200;
  constexpr TimeNs kGap = kMs;
  constexpr TimeNs kService = 5 * kMs;
  const auto stay = [](int number) { return (number + 1) * kService - number * kGap; };
  for (const std::uint32_t prefetch : {0U, 1U, 2U, 64U}) {
    CAPTURE(prefetch);
    const RunResult result = overloaded(prefetch, kCount, kGap, kService);
    check_quantile(metric_of(result, "sink.sojourn_p50_ns"), stay(kCount / 2 - 1));
    check_quantile(metric_of(result, "sink.sojourn_p99_ns"), stay(kCount * 99 / 100 - 1));
    CHECK(metric_of(result, "sink.sojourn_p999_ns") == static_cast<double>(stay(kCount - 1)));
    CHECK(metric_of(result, "sink.wait_p999_ns") == static_cast<double>(stay(kCount - 1) - kService));
    CHECK(metric_of(result, "sink.unhandled") == 0);
    // The last of N messages comes at (N - 1) a, and n messages have left by n s.
    if (prefetch == 0) {
      CHECK(metric_of(result, "sink.latency_p99_ns") == 0);
      CHECK(metric_of(result, "jobs.max_depth") == 0);
      CHECK(metric_of(result, "jobs.max_unacknowledged") == kCount - (kCount - 1) * kGap / kService);
    } else {
      CHECK(metric_of(result, "jobs.max_unacknowledged") == prefetch);
    }
  }
}

TEST_CASE("the curve of the sojourn rises while a queue grows") {
  Simulation world({.latency_ns = 10, .curve_every_ns = 100 * kMs});
  world.add("source", writing("jobs", 200, kMs));
  world.add("sink", make_echo({.from = "jobs", .service_ns = 5 * kMs}));
  const RunResult result = world.run();
  std::vector<double> curve;
  for (const CurveRow& row : result.curves) {
    if (row.component == "sink" && row.metric == "sojourn_p50_ns") {
      curve.push_back(row.value);
      CHECK(row.time_ns == static_cast<TimeNs>(curve.size()) * 100 * kMs);
    }
  }
  CHECK(curve.size() == 11);  // 200 times 5 ms, plus two hops
  CHECK(std::is_sorted(curve.begin(), curve.end()));
}

TEST_CASE("what was not handled by the end is counted, wherever it lies") {
  for (const std::uint32_t prefetch : {0U, 1U, 7U}) {
    CAPTURE(prefetch);
    // By then 35 messages have reached the bus, and with hops of 10 three are done.
    Simulation world({.latency_ns = 10, .until_ns = 3'505});
    world.set_prefetch("jobs", prefetch);
    world.add("source", writing("jobs", 40, 100));
    world.add("sink", make_echo({.from = "jobs", .service_ns = 1'000}));
    const RunResult result = world.run();
    CHECK(metric_of(result, "sink.unhandled") == 32);
  }
}

TEST_CASE("a component that starts after the end has handled nothing") {
  Simulation world({.latency_ns = 10, .until_ns = 1'000});
  world.bind({.from = "digits", .to = "jobs"});
  world.add("source", writing("digits", 4));
  world.add("sink", make_echo({.from = "jobs"}), 2'000);
  const RunResult result = world.run();
  CHECK(metric_of(result, "sink.unhandled") == 4);
  CHECK_FALSE(result.metrics.contains("sink.sojourn_p50_ns"));
}

TEST_CASE("messages between the bus and a component, and those of one that died, are unhandled") {
  const auto unhandled = [](TimeNs until_ns, bool dies) {
    Simulation world({.latency_ns = 100, .until_ns = until_ns});
    world.add("source", writing("jobs", 3));
    world.add("sink", make_echo({.from = "jobs", .service_ns = 1'000}));
    if (dies) world.inject({.kind = FaultKind::kCrash, .component = "sink", .at_ns = 1'400});
    return metric_of(world.run(), "sink.unhandled");
  };
  CHECK(unhandled(150, false) == 3);
  // One is settled at 1200, although the bus learns of it only at 1300.
  CHECK(unhandled(1'250, false) == 2);
  for (const TimeNs until_ns : {1'450, 5'000}) CHECK(unhandled(until_ns, true) == 2);
}

TEST_CASE("a message that is requeued stays until it is settled for good") {
  Simulation world(kHopsOf10);
  world.add("source", writing("jobs", 1));
  int tries = 0;
  world.add("sink", Program{stream_resource("jobs", 1, [&tries](Machine& machine, const MessagePtr&) {
              if (++tries < 3) machine.reject_current(true);
              machine.eval(after(100));
            })});
  const RunResult result = world.run();
  CHECK(tries == 3);
  // There are two hops, then three services with two hops between them.
  CHECK(metric_of(result, "sink.sojourn_p50_ns") == 20 + 3 * 100 + 2 * 20);
  CHECK(metric_of(result, "sink.wait_p50_ns") == 20 + 2 * 100 + 2 * 20);
  CHECK(metric_of(result, "sink.unhandled") == 0);
}

TEST_CASE("a message from outside stays from when it enters the run, whatever its timestamp says") {
  for (const TimeNs timestamp : {INT64_MIN, TimeNs{-1}, TimeNs{0}, TimeNs{99}, TimeNs{121}, INT64_MAX}) {
    CAPTURE(timestamp);
    Entrance door;
    door.world->import(0, make_message({.id = "x", .timestamp = timestamp}), 100);
    const RunResult result = door.finish(1'000);
    CHECK(metric_of(result, "sink.wait_p50_ns") == 20);
    CHECK(metric_of(result, "sink.sojourn_p50_ns") == 25);
    CHECK(result.metrics.contains("sink.latency_p50_ns") == (timestamp >= 0 && timestamp <= 120));
  }
}

TEST_CASE("what is measured by a time holds the stays until then") {
  Simulation world(kHopsOf10);
  world.add("source", writing("jobs", 10, 100));
  world.add("sink", make_echo({.from = "jobs", .service_ns = 500}));
  world.expect({.what = MetricExpectation{.metric = "sink.sojourn_p99_ns", .max = 1'000, .by_ns = 1'100}});
  const RunResult result = world.run();
  const Measures& then = result.measured_by.at(1'100);
  CHECK(then.metrics.at("sink.sojourn_p999_ns") == 920);  // the second of ten: from 100 to 1020
  CHECK(then.metrics.at("sink.unhandled") == 8);
  CHECK(metric_of(result, "sink.unhandled") == 0);
}

// Little's law, as an equality: the sum of the waits in the queue, divided by the time of the run.
TEST_CASE("the mean depth of a drained run is the sum of the waits over its time") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Simulation world;
    RandomStream random(seed, "test", "gaps");
    const TimeNs service_ns = static_cast<TimeNs>(random.below(300));
    Program source;
    for (int number = 0; number < 200; ++number) {
      source.push_back(
          call([](Machine& machine) { machine.eval(write_resource("jobs", machine.compose({}))); }));
      source.push_back(after(static_cast<TimeNs>(random.below(300))));
    }
    TimeNs waited_ns = 0;
    world.add("source", source);
    // With one message at a time, messages wait only in the queue.
    world.add("sink", Program{stream_resource("jobs", 1, [&](Machine& machine, const MessagePtr& message) {
                waited_ns += machine.now() - message->timestamp();
                machine.eval(after(service_ns));
              })});
    const RunResult result = world.run();
    CHECK(metric_of(result, "jobs.mean_depth") ==
          static_cast<double>(waited_ns) / static_cast<double>(result.virtual_time_ns));
    CHECK(metric_of(result, "jobs.max_unacknowledged") == 1);
  }
}

// M/D/1: the queue of a server with load r holds r² / (2 (1 - r)) messages on average (Pollaczek
// and Khinchine).
TEST_CASE("random arrivals wait as the theory of queues has it") {
  Simulation world;
  constexpr int kCount = 30'000;
  constexpr TimeNs kService = 700;
  RandomStream random(1, "test", "gaps");
  int left = kCount;
  const std::function<void(Machine&)> step = [&](Machine& machine) {
    if (left-- == 0) return machine.eval(dse::exit(0));
    machine.eval(after(random.exponential_gap_ns({.count = 1, .period_ns = 1'000})),
                 call([](Machine& again) { again.eval(write_resource("jobs", again.compose({}))); }),
                 call(step));
  };
  world.add("source", Program{create_resource("jobs"), call(step)});
  TimeNs waited_ns = 0;
  world.add("sink", Program{stream_resource("jobs", 1, [&](Machine& machine, const MessagePtr& message) {
              waited_ns += machine.now() - message->timestamp();
              machine.eval(after(kService));
            })});
  const RunResult result = world.run();
  const double load = 0.7;
  const double mean_depth = load * load / (2 * (1 - load));
  const double mean_wait_ns = load * static_cast<double>(kService) / (2 * (1 - load));
  CHECK_THAT(metric_of(result, "jobs.mean_depth"), Catch::Matchers::WithinRel(mean_depth, 0.05));
  CHECK_THAT(static_cast<double>(waited_ns) / kCount, Catch::Matchers::WithinRel(mean_wait_ns, 0.05));
  // Erlang, 1909: P(W <= t) = (1 - r) sum over k D <= t of (-x)^k e^x / k!, where x = r (t / D - k).
  const auto waits_at_most = [&](double time_ns) {
    const double services = time_ns / static_cast<double>(kService);
    double sum = 0;
    double factorial = 1;
    for (int k = 0; k <= static_cast<int>(services); ++k) {
      if (k > 0) factorial *= k;
      const double x = load * (services - k);
      sum += std::pow(-x, k) * std::exp(x) / factorial;
    }
    return (1 - load) * sum;
  };
  CHECK_THAT(waits_at_most(metric_of(result, "sink.wait_p50_ns")), Catch::Matchers::WithinAbs(0.5, 0.02));
  CHECK_THAT(waits_at_most(metric_of(result, "sink.wait_p99_ns")), Catch::Matchers::WithinAbs(0.99, 0.005));
}
