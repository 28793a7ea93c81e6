// A scenario that runs in this process: from a file, or built in code; to its end, or driven step by step as
// a test of one's own components.
//
//   dse::Simulation simulation;
//   simulation.add("doubler", program);
//   simulation.write("numbers", {.payload = dse::Payload::copy_of("7")});
//   simulation.advance_by(dse::kNanosecondsPerSecond);
//   for (const dse::MessagePtr& message : simulation.read("doubled")) ...
//
// Nothing is printed, no file is written, no signal is caught; the same calls give the same run, on any
// number of threads. A process may have several simulations; each is used by one thread at a time, and with
// programs in other languages the thread that takes its first step must outlive it. Errors are thrown:
// InputError for a scenario or its data, RunError for what fails during the run, UsageError for a call that
// makes no sense (such as one from a callback or an observer) and for a program's mistakes. A refused call
// changes nothing; an exception during the run ends it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dse/component.h"
#include "dse/concept_drift.h"
#include "dse/drawn_time.h"
#include "dse/expectation.h"
#include "dse/fault.h"
#include "dse/message.h"
#include "dse/observer.h"
#include "dse/plain_component.h"
#include "dse/program.h"
#include "dse/run_result.h"
#include "dse/tables.h"
#include "dse/time.h"

namespace dse {

struct SimulationOptions {
  std::optional<std::uint64_t> seed = {};  // else the scenario's; 1 for one that is built in code
  // The order of simultaneous events: 0 is the file's order, or else that in which they are scheduled; every
  // other number is a permutation of its own.
  std::uint64_t ordering = 0;
  TimeNs latency_ns = 0;  // for one hop between a component and the bus; a file has its own
  // Hops that vary, in place of latency_ns; a file has its own.
  std::optional<DrawnTime> varied_latency = {};
  // A connection on which nothing was heard for two of these is lost; 0: never. A file has its own.
  TimeNs heartbeat_ns = 60 * kNanosecondsPerSecond;
  unsigned threads = 1;                 // that learn and predict; changes no result
  TimeNs curve_every_ns = 100'000'000;  // a point of a curve for each interval; a file has its own
  std::optional<TimeNs> until_ns = {};  // run() ends then; else at the scenario's, if it has one
  // This many events at one virtual time are taken for an endless loop, and give a RunError.
  std::uint64_t events_at_one_time_max = 20'000'000;
  // Opens the files in which components keep lines ("echo.log"), each once; empty: nothing is kept.
  std::function<LineSink(const std::string& file_name)> open_lines = {};
  // Once this is true, a step throws Interrupted, and run() returns what there is by then; null:
  // nothing interrupts them. It must outlive the simulation.
  const std::atomic<bool>* interrupted = nullptr;
};

// How one expectation turned out.
struct ExpectationOutcome {
  std::string text;         // for human readers: what was expected and what was found
  bool as_planned = false;  // it holds; or it must not hold, and does not
};

class Simulation {
 public:
  // Throws UsageError when an option makes no sense, RunError on a processor that the learners are not
  // compiled for.
  explicit Simulation(SimulationOptions options = {});
  ~Simulation();
  // A simulation that was moved from can only be destroyed or assigned to.
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;

  // The scenario of that file, read by the kinds and learners of `tables`; each of `settings` ("key=value")
  // is applied first. Components can be added to it. Throws InputError.
  static Simulation from_file(const std::string& path, const Tables& tables = built_in_tables(),
                              SimulationOptions options = {}, const std::vector<std::string>& settings = {});

  // The scenario's name: its file's, without the ending; "simulation" for one that is built in
  // code.
  const std::string& name() const;
  // The seed from which everything is drawn.
  std::uint64_t seed() const;
  // Reads the data and makes the components, as the first step would, and throws what it would
  // throw. Changes nothing.
  void check_data();

  // Adds a component, before the first step. It starts at `start_ns`; among components that start at one
  // time, those that read a resource come first. Names are those of scenario files: letters, digits, - and _.
  // Throws UsageError when the name is taken or invalid, or when a port is not a valid resource name.
  Simulation& add(const std::string& name, std::shared_ptr<const Component> component, TimeNs start_ns = 0);
  // Adds a component that is just a program, or an application. `ports` says what it reads and writes.
  Simulation& add(const std::string& name, Program program, Ports ports = {}, TimeNs start_ns = 0);
  Simulation& add(const std::string& name, MakeApp make, Ports ports = {}, TimeNs start_ns = 0);
  Simulation& bind(BindingSpec binding);
  // How many messages of the resource each streaming component read by a kind may have under way; 0: no
  // limit; 64 unless set. A program sets its own prefetch, in stream_resource.
  Simulation& set_prefetch(const std::string& resource, std::uint32_t prefetch);
  // A fault strikes a component that was added or that the file has, never the test driver. These make the
  // first step or run() throw UsageError for a name that the scenario does not have, a fault that its
  // component cannot show, and an expectation that expects nothing.
  Simulation& inject(Fault fault);
  // A drift of what a component sends, which is of a kind that sends items of data. Throws UsageError for
  // values that make no sense; for components that cannot drift, the first step or run() does.
  Simulation& plant(ConceptDrift drift);
  Simulation& expect(Expectation expectation);
  // The observer is told of everything that happens; it must outlive the simulation.
  Simulation& observe(Observer& observer);

  // The test driver. The first of these calls wires the scenario, in which a component named `driver` (or
  // `driver-2`, … where a file has taken that) writes what is written here.

  // Writes a message to the resource's exchange: it leaves the driver at now(), after everything else of that
  // time, and the following steps show what becomes of it. An id, an app_id and a timestamp are added where
  // they are missing. Throws UsageError for properties that no broker takes: see why_refused().
  void write(const std::string& resource, MessageFields fields);
  // The same; take_confirms() tells what becomes of it.
  void write_confirmed(const std::string& resource, MessageFields fields);
  struct Confirm {
    MessagePtr message;
    // Whether every queue that it came to has taken it, as Machine::on_confirm tells a program.
    bool accepted = false;
  };
  // What the driver has been told since the last call, in order.
  std::vector<Confirm> take_confirms();
  // Moves the clock and handles every event up to and including the new time. Throws UsageError when a
  // program stands still for good because one of its callbacks called neither next() nor eval().
  void advance_by(TimeNs duration_ns);
  void advance_to(TimeNs time_ns);
  // Handles events until nothing can happen any more, or the scenario's `until` is reached. It never returns
  // while a component writes for ever.
  void drain();
  TimeNs now() const;
  // Whether something was thrown while the simulation ran: it cannot go on.
  bool failed() const;

  // What was written to the resource's exchange since the last call, or since the start, in order, whatever
  // became of it. Messages are copied beside the queue, so that no consumer gets fewer, and kept until this
  // call. Throws UsageError when nothing writes, binds or streams a resource of that name.
  std::vector<MessagePtr> read(const std::string& resource);
  // How many messages wait in the resource's queue.
  std::size_t depth(const std::string& resource);
  // "<component or resource>.<metric>", as in scenario files; empty when it has no value yet. Throws
  // UsageError when nothing has such a metric.
  std::optional<double> metric(const std::string& name);
  // All metrics.
  std::map<std::string, double> metrics();
  // What a component has learned so far, as the file that a model can start from; empty when it learns
  // nothing.
  std::optional<std::string> learned_state(const std::string& component);

  // Runs from now to the end: until nothing can happen any more, or the scenario's `until`. Only
  // expectations() may be called afterwards.
  RunResult run();
  // After run(): the expectations of the scenario's file, in its order, then those of expect().
  std::vector<ExpectationOutcome> expectations() const;

 private:
  struct State;
  explicit Simulation(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace dse
