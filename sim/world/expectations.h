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
  std::optional<double> value;  // of a metric; empty: it has no value in this run
  bool met = false;
  std::string detail;  // what was found, where a value does not tell; "" for bounds alone

  // It holds, or it is one that must not, because of a planted fault, and does not.
  bool as_planned() const { return met != expectation.fails; }
};

// What a run has to keep so that its expectations can be judged: a ledger, nullptr unless deliveries are
// expected, and its measures at these virtual times.
std::shared_ptr<Ledger> make_ledger(const Scenario& scenario);
std::set<TimeNs> snapshot_times(const Scenario& scenario);

// Each expectation against what happened, in the scenario's order.
std::vector<ExpectationResult> check_expectations(const Scenario& scenario, const RunResult& result);

// Whether an expectation says how the run ends; then a run that broke off is judged by it alone.
bool judges_status(const std::vector<ExpectationResult>& expectations);
// The run went to its end, without a stall or a refusal that nothing expects, no component failed, and every
// expectation is as planned.
bool passed(const RunResult& result, const std::vector<ExpectationResult>& expectations);

// What the expectation is about, for people: its name, or else what it says of whom, without what was found.
std::string expectation_label(const Expectation& expectation);
// One line for people: what was expected and what was found.
std::string expectation_text(const ExpectationResult& one);
// "exactly-once", "at-least-once"
std::string guarantee_name(Guarantee guarantee);

}  // namespace dse
