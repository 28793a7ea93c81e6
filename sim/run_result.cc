#include "sim/run_result.h"

namespace dse {

std::string status_name(RunStatus status) {
  switch (status) {
    case RunStatus::kCompleted:
      return "completed";
    case RunStatus::kInterrupted:
      return "interrupted";
    case RunStatus::kStalled:
      return "stalled";
  }
  return "unknown";
}

std::vector<ExpectationResult> check_expectations(const Scenario& scenario, const RunResult& result) {
  std::vector<ExpectationResult> checked;
  for (const ExpectConfig& expectation : scenario.expectations) {
    ExpectationResult one{.expectation = expectation};
    const auto found = result.metrics.find(expectation.metric);
    if (found != result.metrics.end()) one.value = found->second;
    one.met = one.value.has_value() && !(expectation.min && *one.value < *expectation.min) &&
              !(expectation.max && *one.value > *expectation.max);
    checked.push_back(one);
  }
  return checked;
}

}  // namespace dse
