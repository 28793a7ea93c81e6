// A world: one scenario, wired up and run under virtual time.
//
// The thread that calls run() or advance_to() is the deciding thread: it alone takes events from
// the scheduler, drives the bus and the machines, and takes the fingerprints. Jobs run on strands.
#pragma once

#include <algorithm>
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
#include <utility>
#include <vector>

#include "bus/data_bus.h"
#include "door/door.h"
#include "dse/app.h"
#include "dse/observer.h"
#include "dse/random.h"
#include "dse/run_result.h"
#include "sim/record/component_fingerprints.h"
#include "sim/record/event_recorder.h"
#include "sim/record/fingerprinter.h"
#include "sim/scenario/data_files.h"
#include "sim/scenario/scenario.h"
#include "sim/world/access_link.h"
#include "sim/world/after_faults.h"
#include "sim/world/component_maker.h"
#include "sim/world/fault_timers.h"
#include "sim/world/glimpse.h"
#include "sim/world/harvest.h"
#include "sim/world/inproc_link.h"
#include "sim/world/latencies.h"
#include "sim/world/ledger.h"
#include "sim/world/occurrences.h"
#include "sim/world/planted_fault.h"
#include "sim/world/policy_counts.h"
#include "sim/world/prediction_table.h"
#include "sim/world/queue_gauge.h"
#include "sim/world/refusals.h"
#include "sim/world/scheduler.h"
#include "sim/world/scorer.h"
#include "sim/world/strands.h"

namespace dse {

// Called with each message that an export hands out, at that time.
using ExportSink = std::function<void(const ComponentConfig& exporter, const MessagePtr& message)>;

struct WorldOptions {
  // This many events at one virtual time count as an endless loop, and are a RunError.
  std::uint64_t events_at_one_time_max = 20'000'000;
  std::uint64_t seed = 1;
  unsigned threads = 1;  // that run jobs, including the deciding one; changes no result
  // The order of simultaneous events: 0 means as they were scheduled; every other number selects a
  // different permutation.
  std::uint64_t ordering = 0;
  std::shared_ptr<DatasetCache> datasets = {};        // shared with other worlds; null: its own
  EventRecorder* recorder = nullptr;                  // written and finished by run(); null: no record
  std::vector<Observer*> observers = {};              // told of everything that happens
  bool keep_states = false;                           // save_models() will be called
  bool fingerprint_components = false;                // each by itself as well
  OpenLines open_protocol_log = {};                   // see MakeContext; empty: none is kept
  ExportSink on_export = {};                          // empty: the messages are only counted
  std::function<void(const std::string&)> warn = {};  // called with what a user should know at once
  // Called by the deciding thread before the clock moves on to this time, after all events before it. It may
  // wait there, and look at the world's results; it changes nothing of the run. Empty: nobody waits.
  std::function<void(TimeNs next_ns)> gate = {};
  bool listens = false;  // replies to clients are kept for take_replies()
};

// Called every few dozen events of a run, by the deciding thread: it must cost next to nothing.
using ProgressSink = std::function<void(TimeNs virtual_time_ns, std::uint64_t events)>;

// Writes a whole file of the run directory.
using WriteFile = std::function<void(const std::string& file_name, std::string_view content)>;

class World final : private RunNames, private DoorWatcher {
 public:
  // Wires the scenario: loads data, makes learners, declares resources and bindings. `scenario`
  // must outlive the world. Throws InputError when something is wrong with the scenario's data.
  World(const Scenario& scenario, const WorldOptions& options, OpenLines open_lines);
  ~World();

  // Runs until drained, until the set time, until over(), or until `interrupted` becomes true; then
  // lets every job end. Throws RunError. Called once. `interrupted` must outlive the world, whose jobs
  // look at it as well; so must that of advance_to().
  RunResult run(const std::atomic<bool>& interrupted, const ProgressSink& progress);

  // The same step by step, for a caller that hands in messages from outside: any number of imports
  // and advances, then finish, once. The run depends on the messages, their times and the end, but
  // neither on how early a message is handed in nor on the steps (docs/determinism.md).

  // Hands in a message for an import, given as the component's index in the scenario: it is
  // written, with all its fields unchanged, at `time_ns`, after everything else at that time except
  // earlier imports. `time_ns` must be neither in the past nor before that of an earlier import.
  void import(std::size_t component, MessagePtr message, TimeNs time_ns);
  // Whether something that was handed in by the following function has not been done.
  bool has_commands() const { return !commands_.empty(); }
  // Hands in what a client of a listener does: it is done at `time_ns`, in the order of these calls and those
  // of import(), after everything else at that time. Times are as those of imports.
  void hand_in(ClientCommand command, TimeNs time_ns);
  // What has been sent to clients since the last call, in order; nothing unless WorldOptions::listens.
  std::vector<ClientReply> take_replies();
  // How many clients are connected.
  std::size_t clients() const { return door_ == nullptr ? 0 : door_->clients(); }
  // Handles every event up to and including `time_ns`, which must not be in the past, and leaves
  // the clock there. Returns false when it ended early because the run is over() or because
  // `interrupted` is true; after an interruption, advance_to(now()) without one handles the rest of
  // the events at now(). Throws what run() throws.
  bool advance_to(TimeNs time_ns, const std::atomic<bool>& interrupted, const ProgressSink& progress);
  // The scheduler's time may be behind it, where a checkpoint waits to become an event.
  TimeNs now() const { return std::max(scheduler_.now(), moved_to_ns_); }
  // How far the run is. Only for the deciding thread: between two steps, or in a ProgressSink.
  Glimpse glimpse() const;
  // How many events there were.
  std::uint64_t events() const { return scheduler_.event_number(); }
  // The digests of the files that the world has read.
  DataDigests data() const;
  // What a user should know of the data sets: a sentence each.
  std::vector<std::string> data_notes() const { return options_.datasets->notes(); }
  // The time of the next event; empty when none is left.
  std::optional<TimeNs> next_time_ns() const;
  // Notes that the import with this index could not take a message, which was never on the bus.
  void note_refusal(std::size_t component, const Message& message, const std::string& reason) {
    on_refusal(LinkIndex(static_cast<std::uint32_t>(component)), message, reason);
  }
  // What has passed up to now; costs as much as there are components and bindings.
  TrafficCounts traffic() const;
  // Returns the measures at now(), after waiting for every posted job.
  Measures measures();
  // The number of messages waiting in the queue of the resource; empty when there is no such
  // resource.
  std::optional<std::size_t> depth(const std::string& resource) const;
  // What the component has learned, as save_models writes it; empty when it learns nothing or does
  // not exist.
  std::optional<std::string> learned_state(const std::string& component);
  // The first component, if any, whose program will never continue: one of its callbacks called
  // neither next nor eval.
  std::optional<std::string> stuck() const;
  // True when nothing more can happen by itself.
  bool drained() const;
  // True when a component whose refusals end the run has refused a message, or one has done what its user may
  // not: nothing more happens.
  bool over() const { return over_; }
  // Waits for every job, and returns the result. `status` is kCompleted or kInterrupted; a
  // completed run in which nothing more can happen but work is pending has the status kStalled; one
  // that is over() has the status kRefused.
  RunResult finish(RunStatus status);

  // After run() or finish(): calls `write` with what each component has learned, as
  // "<component>.learner".
  void save_models(const WriteFile& write) const;

 private:
  struct Component;
  struct Hindrance;

  std::string_view component(ComponentIndex component) const override;
  std::string_view resource(ResourceIndex resource) const override { return bus_.broker().name(resource); }

  void wire();
  ComponentMaker::Parts parts_of_components(OpenLines open_lines);
  void begin(const std::atomic<bool>& interrupted);
  bool handle_until(TimeNs last_ns, const std::atomic<bool>& interrupted, const ProgressSink& progress);
  bool handle_events(TimeNs last_ns, const std::atomic<bool>& interrupted, const ProgressSink& progress);
  [[noreturn]] void fail_for_endless_loop(const Event& event) const;
  void fetch_ahead() const;
  void fetch_for(const BusEvent& event) const;
  void dispatch(const Event& event);
  void bring_in_look(TimeNs last_ns);
  void on_look();
  void on_confirm(LinkIndex link, const ConfirmNotice& notice);
  void on_bus_receives(LinkIndex link);
  void on_disconnected(LinkIndex link);
  // Two that only world.cc uses, and that it always inlines: what the bus does with a frame, or by itself,
  // for this link, and its tail.
  [[gnu::always_inline]] void follow(LinkIndex link, const BusEvent& event);
  [[gnu::always_inline]] void notify(const BusEvent& event);
  void tell_policies(const BusEvent& event);
  void on_component_receives(LinkIndex link);
  // Returns an event that happens to this component now.
  RunEvent happening(EventCode code, LinkIndex component) const {
    return {.time_ns = scheduler_.now(),
            .number = scheduler_.event_number(),
            .cause = scheduler_.last_cause(),
            .code = code,
            .component_number = component,
            .names = *this};
  }
  // Tells all observers.
  void tell(const RunEvent& event) {
    fingerprinter_.on_event(event);
    latencies_.on_event(event);
    scorer_.on_event(event);
    occurrences_.on_event(event);
    for (Observer* observer : observers_) observer->on_event(event);
  }
  void note_interrupt();
  void end_jobs();
  void finish_app(App& app);
  void finish_record(const RunResult& result);
  void take_fingerprints(RunResult& result);
  std::vector<ModelState> model_states() const;
  // What planted faults do; world_faults.cc has these.
  void plant_faults();
  Hops hops_of(const ComponentConfig& component);
  void schedule_faults();
  void note_strike(LinkIndex link, std::size_t fault, const MessagePtr* message);
  bool may_begin(LinkIndex link, const Delivered& delivery);
  // Whether the event cannot happen now: it is put off, or will never happen.
  bool hinders(Component& component, const Event& event);
  void on_fault(LinkIndex link);
  void begin_at_its_time(LinkIndex link, PlantedFault& planted);
  void pause(LinkIndex link, PlantedFault& planted);
  void cut(LinkIndex link, PlantedFault& planted);
  void lose_connection(LinkIndex link);
  void reconnect(LinkIndex link);
  std::vector<FaultCount> fault_counts() const;
  std::map<LinkIndex, Ledger::LastArrivals> last_arrivals() const;
  void on_start(LinkIndex link);
  void on_crash(LinkIndex link);
  void on_stop(LinkIndex link);
  void on_restart(LinkIndex link);
  void on_checkpoint(LinkIndex link);
  void schedule_life(LinkIndex link);
  void await_checkpoint(LinkIndex link, TimeNs from_ns);
  void forget_checkpoint_due(LinkIndex link);
  void schedule_checkpoints_up_to(TimeNs time_ns);
  void do_what_is_due();
  bool is_stale(const Component& component, const DeliveryNotice& delivery) const;
  bool is_stale(const Component& component, const Message& message) const;
  void on_import(LinkIndex link);
  std::optional<AccessCheck> access_of(const ComponentConfig& config, LinkIndex link);
  void on_denial(LinkIndex link, const AccessDenial& denial);
  void on_refusal(LinkIndex link, const Message& message, const std::string& reason);
  void note_queues(const BusEvent& event);
  void on_client_command();
  void note_opened(ClientIndex client, const std::string& user);
  void count(EventCode code);
  bool has_metrics(ResourceIndex resource) const;
  void on_client(ClientIndex client, const BusEvent& event) override;
  void on_client_refusal(ClientIndex client, const ClientFailed& refusal) override;
  void on_client_binding(ClientIndex client, const BindingSpec& binding, bool made) override;
  void on_effects(const BusEvent& event) override;
  RunEvent client_event(EventCode code, ClientIndex client);
  void make_door();
  void make_gauges();
  void note_queue(ResourceIndex resource);
  bool is_left(ResourceIndex resource) const;
  std::optional<double> share_done() const;
  std::optional<std::string> find_stall() const;
  std::map<std::string, const App*> apps_by_name() const;
  void take_snapshots_before(TimeNs time_ns);
  bool move_clock_to(TimeNs time_ns);
  void close_ledger();
  Measured measured(const Component& component) const;
  void collect_metrics(Measures& measures) const;
  void collect_resource_metrics(Measures& measures) const;
  std::optional<std::size_t> unhandled(const Component& component) const;
  void collect_curves(Measures& measures) const;
  std::vector<Flow> flows() const;
  std::vector<LatencyRow> latency_rows() const;

  const Scenario& scenario_;
  WorldOptions options_;
  RandomStreams random_;
  Scheduler scheduler_;
  DataBus bus_;
  Fingerprinter fingerprinter_;
  Latencies latencies_;
  Scorer scorer_;
  Occurrences occurrences_;
  Refusals refusals_;
  bool over_ = false;
  bool look_under_way_ = false;  // a kLook is scheduled
  bool begun_ = false;
  std::atomic<bool> abandoned_ = false;
  // What run() or advance_to() was called with; strands read it.
  std::atomic<const std::atomic<bool>*> interrupted_ = nullptr;
  std::unique_ptr<PredictionTable> predictions_;                   // only in a run with a record
  std::unique_ptr<ComponentFingerprints> component_fingerprints_;  // null unless asked for
  std::shared_ptr<Ledger> ledger_;                                 // null unless deliveries are expected
  std::vector<Observer*> observers_;                               // besides those of every run
  std::set<TimeNs> snapshots_due_;                                 // measures that expectations ask for
  std::set<std::pair<TimeNs, LinkIndex>> checkpoints_due_;
  AfterFaults after_faults_;   // likewise
  bool something_due_ = true;  // false when none of these three has anything; asked before each event
  ComponentMaker maker_;
  PlantedFaults planted_;  // in the scenario's order
  FaultTimers timers_;
  IndexedVector<LinkIndex, std::unique_ptr<Component>> components_;
  IndexedVector<ResourceIndex, QueueGauge> gauges_;
  std::map<ResourceIndex, PolicyCounts>
      policy_counts_;  // for queues with options, or with something to count
  std::uint64_t events_at_this_time_ = 0;
  TimeNs last_import_ns_ = 0;
  TimeNs moved_to_ns_ = 0;                               // by move_clock_to()
  std::unique_ptr<Door> door_;                           // null while there was no client
  RingBuffer<ClientCommand> commands_;                   // handed in; their time has not come
  std::uint64_t unused_number_ = 0;                      // that of a client's command, while no event has it
  std::map<ClientIndex, std::uint32_t> client_numbers_;  // from 1, in the order in which they connect
  std::vector<std::string> client_names_;                // by number
  ResourceIndex first_of_clients_;                       // the first that may have been made by a client
  RunResult result_;                                     // as far as it is known yet
  Strands strands_;  // last, so that its threads stop before what their jobs use is destroyed
};

}  // namespace dse
