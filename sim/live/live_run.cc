#include "sim/live/live_run.h"

#include <algorithm>

#include "sim/report/drawn_topology.h"
#include "sim/report/report.h"
#include "sim/results/observed_files.h"

namespace dse {
namespace {

using std::chrono::milliseconds;

// So often at most, and so that no more than one in this many parts of the time goes into it.
constexpr milliseconds kBetweenFrames{33};
constexpr milliseconds kBetweenMeasures{250};
constexpr int kShareOfTime = 50;

}  // namespace

LiveRun::LiveRun(const Scenario& scenario, const LiveAddress& address, VirtualPace& pace)
    : scenario_(scenario),
      pace_(pace),
      server_(
          {.address = address, .page = live_page(scenario.title.empty() ? scenario.name : scenario.title)},
          state_, pace) {}

void LiveRun::look(World& world) {
  const Clock::time_point begun = Clock::now();
  if (begun < frame_due_) return;
  const auto next = [](Clock::time_point start, milliseconds pause) {
    const Clock::time_point end = Clock::now();
    return end + std::max<Clock::duration>(pause, kShareOfTime * (end - start));
  };
  if (begun >= measures_due_) {
    add_measures(world.measures());
    measures_due_ = next(begun, kBetweenMeasures);
  }
  const Clock::time_point drawn = Clock::now();
  show({.time_ns = world.now(), .events = world.events(), .traffic = world.traffic()});
  frame_due_ = next(drawn, kBetweenFrames);
}

void LiveRun::add_measures(const Measures& measures) {
  state_.add_curves(measures.curves);
  metrics_ = ReportJson::object();
  for (const auto& [name, value] : measures.metrics) metrics_.emplace(name, value);
}

void LiveRun::show(const Moment& moment) {
  const VirtualPace::State pace = pace_.state();
  const auto topology = ReportJson::parse(topology_json(scenario_, moment.traffic));
  state_.show({{"time", static_cast<double>(moment.time_ns) / 1e9},
               {"events", moment.events},
               {"speed", pace.speed},
               {"paused", pace.paused},
               {"status", ""},
               {"topology", drawn_json(drawn_topology(topology, metrics_))}});
}

void LiveRun::end(const RunResult& result) {
  add_measures(result);
  show({.time_ns = result.virtual_time_ns, .events = result.events, .traffic = result});
  state_.end(status_name(result.status));
  server_.wait_for_viewers();
}

}  // namespace dse
