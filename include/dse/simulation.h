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
// number of threads. Several may be in one process; each is used by one thread at a time. What goes wrong is
// thrown: InputError for a scenario or its data, RunError for what fails while it runs, UsageError for a call
// that makes no sense, one from a callback or an observer among them, and for a program's mistakes. A call
// that is refused changes nothing; what is thrown while it runs ends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dse/component.h"
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
  std::optional<std::uint64_t> seed = {};  // else the scenario's; 1 of one that is built in code
  // The order of simultaneous events: 0 as a file has it, or else as they are scheduled; another number a
  // permutation of its own.
  std::uint64_t ordering = 0;
  TimeNs latency_ns = 0;                // of one hop between a component and the bus; a file has its own
  unsigned threads = 1;                 // that learn and predict; changes no result
  TimeNs curve_every_ns = 100'000'000;  // a point of a curve for each interval; a file has its own
  std::optional<TimeNs> until_ns = {};  // run() ends then; else the scenario's: empty of one built in code
  // So many events at one virtual time are taken for a loop without end, and a RunError.
  std::uint64_t events_at_one_time_max = 20'000'000;
  // The files in which components keep lines ("echo.log"), each opened once; none: nothing is kept.
  std::function<LineSink(const std::string& file_name)> open_lines = {};
};

// How one expectation has come out.
struct ExpectationOutcome {
  std::string text;         // for people: what was expected and what was found
  bool as_planned = false;  // it holds; or it is one that must not, and does not
};

class Simulation {
 public:
  // Throws UsageError when an option makes no sense, RunError on a processor that the learners are not
  // compiled for.
  explicit Simulation(SimulationOptions options = {});
  ~Simulation();
  // One that was moved from can be destroyed or assigned to, nothing else.
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;

  // The scenario of that file, read by the kinds and learners of `tables`; each of `settings` ("key=value")
  // is put in first. More can be added to it. Throws InputError.
  static Simulation from_file(const std::string& path, const Tables& tables = built_in_tables(),
                              SimulationOptions options = {}, const std::vector<std::string>& settings = {});

  // Before the first step. Each starts at `start_ns`; of those that start at one time, the ones that read a
  // resource come first. Names are those of scenario files: letters, digits, - and _. Throws UsageError when
  // the name is taken or is none, or a port is no resource's name.
  Simulation& add(const std::string& name, std::shared_ptr<const Component> component, TimeNs start_ns = 0);
  // A component of nothing but a program, or an application. `ports` says what it reads and writes.
  Simulation& add(const std::string& name, Program program, Ports ports = {}, TimeNs start_ns = 0);
  Simulation& add(const std::string& name, MakeApp make, Ports ports = {}, TimeNs start_ns = 0);
  Simulation& bind(BindingSpec binding);
  // How many messages of the resource each component of a kind that streams it may have under way; 0: no
  // limit. Else 64. A program says so itself, in stream_resource.
  Simulation& set_prefetch(const std::string& resource, std::uint32_t prefetch);
  // A fault strikes a component that was added or is the file's, never the test driver. Throw UsageError, at
  // the first step or run(), for what the scenario does not have, a fault that its component cannot show, and
  // an expectation that expects nothing.
  Simulation& inject(Fault fault);
  Simulation& expect(Expectation expectation);
  // Told of everything that happens; must outlive the simulation.
  Simulation& observe(Observer& observer);

  // The test driver. The first of these calls wires the scenario, in which a component named `driver` (or
  // `driver-2`, … where a file has taken that) writes what is written here.

  // Writes a message to the resource's exchange: it leaves the driver at now(), after everything else of that
  // time, and the steps that follow see what becomes of it. An id, an app_id and a timestamp are added where
  // there is none.
  void write(const std::string& resource, MessageFields fields);
  // Moves the clock and handles every event up to and including the new time. Throws UsageError when a
  // program stands still for good, because a callback of it called neither next() nor eval().
  void advance_by(TimeNs duration_ns);
  void advance_to(TimeNs time_ns);
  // Handles events until nothing can happen any more, or the scenario's `until` is reached. A component that
  // writes for ever never lets it end.
  void drain();
  TimeNs now() const;

  // What was written to the resource's exchange since the last call, or since the start, in order: whatever
  // became of it. It is taken beside the queue, so that nobody gets less, and kept until then. Throws
  // UsageError when nobody writes, binds or streams a resource of that name.
  std::vector<MessagePtr> read(const std::string& resource);
  // How many messages wait in the resource's queue.
  std::size_t depth(const std::string& resource);
  // "<component or resource>.<metric>", as in scenario files; empty when it has no value by now. Throws
  // UsageError when nobody can have it.
  std::optional<double> metric(const std::string& name);
  // All of them.
  std::map<std::string, double> metrics();
  // What a component has learned by now, as the file that a model can start from; empty when it learns
  // nothing.
  std::optional<std::string> learned_state(const std::string& component);

  // To the end, from wherever it stands: until nothing can happen any more, or the scenario's `until`. The
  // last call but expectations().
  RunResult run();
  // After run(): those of the scenario's file, in its order, then those of expect().
  std::vector<ExpectationOutcome> expectations() const;

 private:
  struct State;
  explicit Simulation(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace dse
