// A world: one scenario wired up, and run under virtual time.
//
// The thread that calls run(), or advance_to(), is the one that decides: it alone takes events off the
// scheduler, drives the bus and the machines, and takes the fingerprints. Jobs run on strands.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/data_bus.h"
#include "dse/app.h"
#include "dse/observer.h"
#include "dse/random.h"
#include "dse/run_result.h"
#include "sim/record/event_recorder.h"
#include "sim/record/fingerprinter.h"
#include "sim/scenario/data_files.h"
#include "sim/scenario/scenario.h"
#include "sim/world/component_maker.h"
#include "sim/world/harvest.h"
#include "sim/world/inproc_link.h"
#include "sim/world/latencies.h"
#include "sim/world/ledger.h"
#include "sim/world/prediction_table.h"
#include "sim/world/queue_gauge.h"
#include "sim/world/refusals.h"
#include "sim/world/scheduler.h"
#include "sim/world/scorer.h"
#include "sim/world/strands.h"

namespace dse {

// Takes each message that an export hands out, when it does.
using ExportSink = std::function<void(const ComponentConfig& exporter, const MessagePtr& message)>;

struct WorldOptions {
  // So many events at one virtual time are taken for a loop without end, and a RunError.
  std::uint64_t events_at_one_time_max = 20'000'000;
  std::uint64_t seed = 1;
  unsigned threads = 1;  // that run jobs, the deciding one included; changes no result
  // The order of simultaneous events: 0 is as they were scheduled, any other number a permutation of its own.
  std::uint64_t ordering = 0;
  std::shared_ptr<DatasetCache> datasets = {};        // shared with other worlds; none: its own
  EventRecorder* recorder = nullptr;                  // written and finished by run(); none: no record
  std::vector<Observer*> observers = {};              // told of everything that happens
  ExportSink on_export = {};                          // none: the messages are counted only
  std::function<void(const std::string&)> warn = {};  // told what people should know at once
};

// Called now and then while a run goes on.
using ProgressSink = std::function<void(TimeNs virtual_time_ns, std::uint64_t events)>;

// Writes a whole file of the run directory.
using WriteFile = std::function<void(const std::string& file_name, std::string_view content)>;

class World final : private RunNames {
 public:
  // Wires the scenario: loads data, makes learners, declares resources and bindings. `scenario`
  // must outlive the world. Throws InputError for what is wrong with the scenario's data.
  World(const Scenario& scenario, const WorldOptions& options, OpenLines open_lines);
  ~World();

  // Runs until drained, until the set time, until over(), or until `interrupted` becomes true; then
  // lets every job end. Throws RunError. Called once.
  RunResult run(const std::atomic<bool>& interrupted, const ProgressSink& progress);

  // The same step by step, for a caller that hands in messages from outside: any number of imports and
  // advances, then finish, once. What the run does depends on the messages, their times and the end, and
  // neither on how long before its time a message is handed in nor on the steps (docs/determinism.md).

  // A message for the component, by its place among the scenario's, which is an import: it is
  // written, with all its fields as they are, at `time_ns`, after everything else of that time but
  // earlier imports. That time is not past, and not before that of an earlier import.
  void import(std::size_t component, MessagePtr message, TimeNs time_ns);
  // Handles every event up to and including `time_ns`, which is not past; then the clock stands
  // there. False when it returned early because `interrupted` is true: advance_to(now()) with one
  // that is not comes to a whole time again; or because the run is over(). Throws as run() does.
  bool advance_to(TimeNs time_ns, const std::atomic<bool>& interrupted, const ProgressSink& progress);
  TimeNs now() const { return scheduler_.now(); }
  // What was in the files that the world has read.
  DataDigests data() const;
  // When the next event happens; empty when none is left.
  std::optional<TimeNs> next_time_ns() const;
  // The import of that place could not take this message, which never was on the bus.
  void note_refusal(std::size_t component, const Message& message, const std::string& reason) {
    on_refusal(LinkIndex(static_cast<std::uint32_t>(component)), message, reason);
  }
  // What there is at now(), after every job that was handed out is done.
  Measures measures();
  // How many messages wait in the queue of the resource; empty when there is no such resource.
  std::optional<std::size_t> depth(const std::string& resource) const;
  // What the component has learned, as save_models writes it; empty when it learns nothing, or is
  // not there.
  std::optional<std::string> learned_state(const std::string& component);
  // The first component, if any, whose program will never go on: a callback of it called neither
  // next nor eval.
  std::optional<std::string> stuck() const;
  // A component that is to end the run by it has refused a message: nothing happens any more.
  bool over() const { return over_; }
  // Lets every job end, and gives what there is. `status` is kCompleted or kInterrupted; a run that
  // is completed, has nothing left that could happen, and has work pending, is stalled; one that is
  // over() has the status kRefused.
  RunResult finish(RunStatus status);

  // After run() or finish(): calls `write` with what each component has learned, as
  // "<component>.learner".
  void save_models(const WriteFile& write) const;

 private:
  struct Component;

  std::string_view component(ComponentIndex component) const override;
  std::string_view resource(ResourceIndex resource) const override { return bus_.broker().name(resource); }

  void wire();
  ComponentMaker::Parts parts_of_components(OpenLines open_lines);
  bool handle_until(TimeNs last_ns, const std::atomic<bool>& interrupted, const ProgressSink& progress);
  [[noreturn]] void fail_for_endless_loop(const Event& event) const;
  void fetch_ahead() const;
  void fetch_for(const BusEvent& event) const;
  void dispatch(const Event& event);
  void on_bus_receives(LinkIndex link);
  void on_component_receives(LinkIndex link);
  // Something that happens to that component, here and now.
  RunEvent happening(EventCode code, LinkIndex component) const {
    return {.time_ns = scheduler_.now(),
            .number = scheduler_.event_number(),
            .cause = scheduler_.last_cause(),
            .code = code,
            .component_number = component,
            .names = *this};
  }
  // Tells those who observe.
  void tell(const RunEvent& event) {
    fingerprinter_.on_event(event);
    latencies_.on_event(event);
    scorer_.on_event(event);
    for (Observer* observer : observers_) observer->on_event(event);
  }
  void finish_record(const RunResult& result);
  std::vector<ModelState> model_states() const;
  void on_crash(LinkIndex link);
  void on_import(LinkIndex link);
  void on_refusal(LinkIndex link, const Message& message, const std::string& reason);
  void note_queues(const BusEvent& event);
  void make_gauges();
  void note_queue(ResourceIndex resource);
  std::optional<std::string> find_stall() const;
  std::map<std::string, const App*> apps_by_name() const;
  void take_snapshots_before(TimeNs time_ns);
  void close_ledger();
  Measured measured(const Component& component) const;
  void collect_metrics(Measures& measures) const;
  void collect_resource_metrics(Measures& measures) const;
  std::optional<std::size_t> unhandled(const Component& component) const;
  void collect_curves(Measures& measures) const;

  const Scenario& scenario_;
  WorldOptions options_;
  RandomStreams random_;
  Scheduler scheduler_;
  DataBus bus_;
  Fingerprinter fingerprinter_;
  Latencies latencies_;
  Scorer scorer_;
  Refusals refusals_;
  bool over_ = false;
  std::unique_ptr<PredictionTable> predictions_;  // of a run that is recorded
  std::shared_ptr<Ledger> ledger_;                // none unless deliveries are expected
  std::vector<Observer*> observers_;              // beside those that every run has
  std::set<TimeNs> snapshots_due_;                // of the measures, where expectations ask for them
  ComponentMaker maker_;
  std::vector<Fault> faults_;  // as the data has their classes
  IndexedVector<LinkIndex, std::unique_ptr<Component>> components_;
  IndexedVector<ResourceIndex, QueueGauge> gauges_;
  std::uint64_t events_at_this_time_ = 0;
  TimeNs last_import_ns_ = 0;
  RunResult result_;  // as far as it is known
  Strands strands_;   // last: its threads stop before what their jobs use goes
};

}  // namespace dse
