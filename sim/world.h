// A world: one scenario wired up, and run under virtual time.
//
// The thread that calls run() is the one that decides: it alone takes events off the scheduler, drives the
// bus and the machines, and keeps the record. Jobs run on strands.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/app.h"
#include "bus/data_bus.h"
#include "core/random.h"
#include "sim/component_factory.h"
#include "sim/inproc_link.h"
#include "sim/latency_histogram.h"
#include "sim/record.h"
#include "sim/run_result.h"
#include "sim/scenario.h"
#include "sim/scheduler.h"
#include "sim/scorer.h"
#include "sim/strands.h"

namespace dse {

// Makes a component's application; nullptr leaves it to the component's kind.
using MakeApp = std::function<std::unique_ptr<App>(const ComponentConfig& component)>;

struct WorldOptions {
  // So many events at one virtual time are taken for a loop without end, and a RunError.
  std::uint64_t events_at_one_time_max = 20'000'000;
  std::uint64_t seed = 1;
  unsigned threads = 1;  // that run jobs, the deciding one included; changes no result
  MakeApp make_app;      // programs that no kind has, for tests and benchmarks
};

// Called now and then while a run goes on.
using ProgressSink = std::function<void(TimeNs virtual_time_ns, std::uint64_t events)>;

class World {
 public:
  // Wires the scenario: loads data, makes learners, declares resources and bindings. `scenario` must outlive
  // the world. Throws InputError for what is wrong with the scenario's data.
  World(const Scenario& scenario, const WorldOptions& options, OpenLines open_lines);
  ~World();

  // Runs until drained, until the set time, or until `interrupted` becomes true; then lets every job end.
  // Throws RunError, and InputError when a message turns out not to fit its reader. Called once.
  RunResult run(const std::atomic<bool>& interrupted, const ProgressSink& progress);

 private:
  struct Component;

  void wire();
  [[noreturn]] void fail_for_endless_loop(const Event& event) const;
  void dispatch(const Event& event);
  void on_bus_receives(LinkIndex link);
  void on_component_receives(LinkIndex link);
  void note_prediction(const Component& component, const Message& message);
  std::optional<std::string> find_stall() const;
  void finish(RunResult& result);
  void collect_metrics(RunResult& result);
  void collect_curves(RunResult& result) const;

  const Scenario& scenario_;
  WorldOptions options_;
  RandomStreams random_;
  Scheduler scheduler_;
  DataBus bus_;
  Record record_;
  Scorer scorer_;
  std::vector<std::unique_ptr<Component>> components_;  // by link
  std::uint64_t events_at_this_time_ = 0;
  Strands strands_;  // last: its threads stop before what their jobs use goes
};

}  // namespace dse
