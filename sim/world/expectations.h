// Whether a run did what its scenario expects.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dse/run_result.h"
#include "sim/scenario/scenario.h"

namespace dse {

struct ExpectationResult {
  Expectation expectation;
  std::optional<double> value;  // a metric's value; empty if it has none in this run
  bool met = false;
  // False when nothing can be said: the fault that it counts is off, or a fault is off that was to make it
  // fail.
  bool judged = true;
  std::string detail;  // what was found, when the value alone does not show it; else ""

  // True when it holds, or when it was planned to fail, because of a planted fault, and does not
  // hold; or it could not be judged.
  bool as_planned() const { return !judged || met != expectation.fails; }
};

// What a run must keep so that its expectations can be judged: a ledger (null unless the scenario
// expects deliveries), and its measures at these virtual times.
std::shared_ptr<Ledger> make_ledger(const Scenario& scenario);
std::set<TimeNs> snapshot_times(const Scenario& scenario);
// How long after the last effect of a fault they ask for its measures.
std::set<TimeNs> times_after_faults(const Scenario& scenario);

// Judges every expectation by what happened, in the scenario's order.
std::vector<ExpectationResult> check_expectations(const Scenario& scenario, const RunResult& result);

// Whether an expectation says how the run ends; a run that broke off is then judged by it alone.
bool judges_status(const std::vector<ExpectationResult>& expectations);
// Whether the run reached its end without an unexpected stall or refusal, no component failed, and
// every expectation is as planned.
bool passed(const RunResult& result, const std::vector<ExpectationResult>& expectations);

// What the expectation is about, for human readers: its name, or else its subject and its demand,
// without what was found.
std::string expectation_label(const Expectation& expectation);
// One line for human readers: what was expected and what was found.
std::string expectation_text(const ExpectationResult& one);
// "exactly-once", "at-least-once"
std::string guarantee_name(Guarantee guarantee);

}  // namespace dse
