// What a run leaves behind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "sim/record.h"
#include "sim/scenario.h"

namespace dse {

enum class RunStatus {
  kCompleted,
  kInterrupted,  // by the user, before its end
  kStalled,      // work was pending and nothing could happen any more
};
std::string status_name(RunStatus status);

struct CurveRow {
  TimeNs time_ns = 0;
  std::string component;
  std::string metric;
  double value = 0;
};

struct ExpectationResult {
  ExpectConfig expectation;
  std::optional<double> value;  // empty: the metric has no value in this run
  bool met = false;
};

struct RunResult {
  RunStatus status = RunStatus::kCompleted;
  std::string stall;  // who waits for what; "" unless stalled
  std::uint64_t seed = 0;
  std::uint64_t ordering = 0;
  TimeNs virtual_time_ns = 0;
  std::uint64_t events = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t unroutable = 0;
  Fingerprints fingerprints;
  std::map<std::string, double> metrics;  // "<component>.<metric>"
  std::vector<CurveRow> curves;           // by time, component, metric
  std::map<std::string, int> failed;      // components whose program ended with another status than 0
};

// Each expectation against the final metrics, in the scenario's order.
std::vector<ExpectationResult> check_expectations(const Scenario& scenario, const RunResult& result);

}  // namespace dse
