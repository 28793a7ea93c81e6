// What a run leaves behind.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dse/binding.h"
#include "dse/concept_drift.h"
#include "dse/metric.h"
#include "dse/time.h"

namespace dse {

class Ledger;

// Hex, 16 digits each.
struct Fingerprints {
  std::string events;       // time, component, kind, resource, message id
  std::string payload;      // the bytes delivered
  std::string draws;        // random numbers drawn, by stream
  std::string predictions;  // what was predicted, for which message
  std::string models;       // what was learned, at the end

  bool operator==(const Fingerprints&) const = default;
};

// What one component has refused.
struct RefusalCount {
  std::uint64_t messages = 0;
  std::string first;  // the first one and the reason, for human readers
};

enum class RunStatus {
  kCompleted,
  kInterrupted,  // by the user, before its end
  kStalled,      // work was pending and nothing could happen any more
  kRefused,      // a component whose refusals are to end the run refused a message, or its user may not do
                 // what it did
};
std::string status_name(RunStatus status);
// Whether the run ended by itself before its end: then no expectation but one about the status can be as
// planned.
inline bool broke_off(RunStatus status) {
  return status == RunStatus::kStalled || status == RunStatus::kRefused;
}

// What one planted fault has done.
struct FaultCount {
  std::uint64_t struck = 0;  // how often
  TimeNs last_ns = 0;        // when the last of its effects was over; 0 when there was none

  bool operator==(const FaultCount&) const = default;
};

// What one planted drift has done.
struct DriftCount {
  std::uint64_t changed = 0;   // items that were sent as the new concept has them
  std::uint64_t left_out = 0;  // items that were not sent
  std::uint64_t infinite = 0;  // those of `changed` in which a number became infinite

  void note(DriftEffect effect) {
    ++(effect == DriftEffect::kLeftOut ? left_out : changed);
    if (effect == DriftEffect::kInfinite) ++infinite;
  }
  bool operator==(const DriftCount&) const = default;
};

struct CurveRow {
  TimeNs time_ns = 0;
  std::string component;
  std::string metric;
  double value = 0;
};

// What a component's predictions were, against the truth: a row of confusion.csv.
struct ConfusionRow {
  enum class Of {
    kArrival,   // answers, scored as they arrive
    kLearning,  // what a model predicts of an example before it learns from it
  };
  std::string component;
  Of of = Of::kArrival;
  ConfusionCell cell;
};

// The same by class, in each view: a row of classes.csv.
struct ClassRow {
  std::string component;
  ConfusionRow::Of of = ConfusionRow::Of::kArrival;
  ClassCell cell;
};

// How many messages a component has passed to an exchange, or got from a queue.
struct Flow {
  std::string component;
  std::string resource;          // the exchange that it wrote to, or whose queue it read
  std::uint64_t written = 0;     // to the exchange
  std::uint64_t unroutable = 0;  // those of `written` that no queue took
  std::uint64_t delivered = 0;   // from the queue, each time that a message came
};

// An answer with another label than the true one.
struct WrongAnswer {
  TimeNs time_ns = 0;
  std::string component;  // that answered
  std::string message;    // id of the answer
  std::string answers;    // id of the message that it is about
  std::int64_t label = 0;
  int truth = 0;
  double confidence = 0;                    // that the answer's header says
  std::string source;                       // the component that sent what it is about
  std::optional<std::uint32_t> index = {};  // the item's number in the data set of `source`
};

// Something that happens to a component as a whole, or that a planted fault does to it.
struct Occurrence {
  TimeNs time_ns = 0;
  std::string component;
  std::string what;                       // "crashed", "struck", "alarm" ...
  std::optional<std::size_t> fault = {};  // kStruck: its number in the scenario, from 0
  std::string message = {};               // id of the message that it concerns; "": none
};

// How many messages of a component took so long: a bucket of a histogram.
struct LatencyRow {
  std::string component;
  std::string measure;    // "latency", "wait", "train_sojourn" ...
  TimeNs largest_ns = 0;  // the longest of them; all of other rows are shorter, or all are longer
  std::uint64_t messages = 0;
};

// What was measured, over a whole run or up to some virtual time.
struct Measures {
  std::map<std::string, double> metrics;  // "<component>.<metric>"
  std::vector<CurveRow> curves;           // by time, component, metric
};

// What has passed through a run.
struct TrafficCounts {
  std::vector<Flow> flows;         // in the scenario's order of components
  std::vector<BindingSpec> bound;  // bindings that components made while running, each once
  // Messages, by binding of the scenario, then by those of `bound`; empty if not counted.
  std::vector<std::uint64_t> passed;
};

// What clients of a listener did, all together.
struct ClientCounts {
  std::uint64_t connected = 0;
  std::uint64_t published = 0;  // messages
  std::uint64_t unroutable = 0;
  std::uint64_t delivered = 0;  // to clients, those that came again among them
  std::uint64_t settled = 0;    // acknowledged, or given up
  std::uint64_t refused = 0;    // channels and connections that were closed for what clients did
};

struct RunResult : Measures, TrafficCounts {
  RunStatus status = RunStatus::kCompleted;
  std::string stall;  // which component waits for what; "" unless stalled
  std::uint64_t seed = 0;
  std::uint64_t ordering = 0;
  TimeNs virtual_time_ns = 0;
  std::uint64_t events = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t unroutable = 0;
  Fingerprints fingerprints;
  std::map<std::string, Fingerprints> fingerprints_by_component;  // if they were asked for
  // Components whose program ended with another status than 0; those that a planted fault made crash are not.
  std::map<std::string, int> failed;
  std::map<std::string, RefusalCount> refused;  // by component
  // Which component's user may not do what it did, which ends the run, and what RabbitMQ says; "" when
  // nothing of the kind happened.
  std::string denial;
  ClientCounts clients;
  std::vector<DriftCount> drifts;          // in the scenario's order
  std::vector<FaultCount> faults;          // in the scenario's order
  std::vector<ConfusionRow> confusion;     // each component's rows by truth and prediction
  std::vector<ClassRow> classes;           // each component's rows by view and label
  std::vector<WrongAnswer> wrong_answers;  // by component; of each the most confident, these first
  std::vector<Occurrence> occurrences;     // by time
  std::uint64_t occurrences_left_out = 0;  // only the first of one component and sort are kept
  std::vector<LatencyRow> latencies;       // by component and measure, in ascending order
  // What expectations ask for, by the time up to which it was measured; the run may have ended before that.
  std::map<TimeNs, Measures> measured_by;
  // Likewise, by how long after the last effect of a planted fault.
  std::map<TimeNs, Measures> measured_after_faults;
  std::shared_ptr<const Ledger> ledger;  // none unless deliveries are expected
};

}  // namespace dse
