// A run into which messages came at random moments, paced by random steps, is repeated from its capture with
// the same fingerprints, whether messages are read one by one or all handed in before the first event.
#include <fmt/format.h>

#include "dse/random.h"
#include "kinds/gateway_export.h"
#include "kinds/gateway_import.h"
#include "sim/regression/captured_run.h"
#include "support/catch.h"
#include "support/live_driver.h"
#include "support/open_world.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::atomic<bool> kNever{false};
const ProgressSink kNoProgress = [](TimeNs, std::uint64_t) {};

// Answers every message on "answers", after a while or at once.
Program answering(const std::string& from, TimeNs service_ns, std::uint32_t prefetch) {
  return {stream_resource(from, prefetch, [service_ns](Machine& machine, const MessagePtr& message) {
    const MessagePtr answer = machine.compose({.key = "answer", .correlation_id = message->id()});
    if (service_ns == 0) return machine.eval(write_resource("answers", answer));
    machine.eval(after(service_ns), write_resource("answers", answer));
  })};
}

std::shared_ptr<const Component> import_to(const std::string& to) {
  ImportOptions config;
  config.queue = "theirs";
  config.to = to;
  return make_gateway_import(config);
}

void build(OpenWorld& world, std::uint64_t seed, std::vector<std::string>& notes) {
  RandomStream random(seed, "capture", "world");
  const auto some = [&random](std::uint64_t most) { return static_cast<TimeNs>(random.below(most)); };
  world.scenario.path = "live.toml";
  world.scenario.hash = seed;
  world.scenario.latency_ns = random.below(2) == 0 ? 0 : some(30);
  world.options.seed = seed;
  world.options.ordering = random.below(2) == 0 ? 0 : random.next_u64();
  world.add("import-a", import_to("a"), some(40));
  world.add("import-b", import_to("b"));
  world.add("export-answers",
            make_gateway_export({.from = "answers", .queue = "export-answers", .exchange = "x"}));
  world.scenario.bindings = {{.from = "answers", .to = "export-answers"},
                             {.from = "b", .to = "a", .key = random.below(2) == 0 ? "#" : "x"}};
  world.add("writer", writing("a", 30, some(20)));
  world.add("answerer", answering("a", some(3) * 7, static_cast<std::uint32_t>(random.below(3))), some(40));
  if (random.below(2) == 0) world.add("rival", noting("a", notes, some(10)));
  world.add("reader", noting("b", notes, some(5)));
  if (random.below(4) == 0) {
    world.scenario.faults = {{.kind = FaultKind::kSwap, .component = "import-a", .every = 3},
                             {.kind = FaultKind::kCrash, .component = "answerer", .at_ns = 300}};
  }
  world.scenario.expectations = {
      {.what = DeliveryExpectation{.resource = "answers", .delivered = Guarantee::kAtLeastOnce}}};
}

struct Run {
  OpenWorld small;
  std::vector<std::string> notes;
  std::vector<std::string> exported;
  std::unique_ptr<World> world;

  explicit Run(std::uint64_t seed) {
    build(small, seed, notes);
    small.options.on_export = [this](const ComponentConfig& component, const MessagePtr& message) {
      exported.push_back(fmt::format("{} {} {}", component.name, message->id(), world->now()));
    };
    world = std::make_unique<World>(small.scenario, small.options,
                                    [](const std::string&) -> LineSink { return [](std::string_view) {}; });
  }
  CaptureHeader header() const {
    return capture_header(small.scenario, {}, small.options.seed, small.options.ordering);
  }
};

RunResult all_at_once(Run& run, const CapturedInput& captured) {
  CaptureReader reader(captured.path);
  while (const auto next = reader.next()) {
    const bool is_a = reader.header().imports[next->import] == "import-a";
    run.world->import(is_a ? 0 : 1, next->message, next->time_ns);
  }
  REQUIRE(run.world->advance_to(captured.end_ns.value(), kNever, kNoProgress));
  return run.world->finish(RunStatus::kCompleted);
}

void check_same(const RunResult& result, const Run& run, const RunResult& live_result, const Run& live) {
  CHECK(result.fingerprints == live_result.fingerprints);
  CHECK(result.metrics == live_result.metrics);
  CHECK(result.status == live_result.status);
  CHECK(result.stall == live_result.stall);
  CHECK(result.virtual_time_ns == live_result.virtual_time_ns);
  CHECK(result.events == live_result.events);
  CHECK(run.notes == live.notes);
  CHECK(run.exported == live.exported);
}

}  // namespace

TEST_CASE("a run with traffic at random moments is repeated from its capture") {
  const TemporaryFolder folder;
  std::size_t exported = 0;
  std::size_t together = 0;  // messages that came at the same time as the previous one
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const std::string path = folder.file("capture");
    Run live(seed);
    RandomStream random(seed, "capture", "traffic");
    RunResult result;
    {
      CaptureWriter writer(path, live.header());
      result = LiveDriver(*live.world, live.small.scenario, writer, random,
                          {.step_ns_max = static_cast<TimeNs>(1 + random.below(60))})
                   .run();
    }
    exported += live.exported.size();

    Run one_by_one(seed);
    const CapturedInput captured = open_capture(path, one_by_one.small.scenario, std::nullopt);
    CHECK(captured.survey.messages == 50);
    check_same(run_world(*one_by_one.world, one_by_one.small.scenario, &captured, kNever, kNoProgress),
               one_by_one, result, live);
    Run at_once(seed);
    check_same(all_at_once(at_once, captured), at_once, result, live);

    CaptureReader reader(path);
    TimeNs last_ns = 0;
    while (const auto next = reader.next()) {
      if (next->time_ns == last_ns) ++together;
      last_ns = next->time_ns;
    }
  }
  CHECK(exported > 5'000);
  CHECK(together > 3'000);
}

TEST_CASE("what a capture brings decides the run: another message, another fingerprint") {
  const TemporaryFolder folder;
  const auto fingerprints = [&](TimeNs time_ns) {
    Run run(1);
    run.world->import(0, make_message({.id = "x"}), time_ns);
    run.world->advance_to(1000, kNever, kNoProgress);
    return run.world->finish(RunStatus::kCompleted).fingerprints;
  };
  CHECK(fingerprints(100) == fingerprints(100));
  CHECK_FALSE(fingerprints(100) == fingerprints(101));
}
