// How a run failed, if it did.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "dse/run_result.h"
#include "sim/world/world.h"

namespace dse {

struct RunFailure {
  std::string
      way;  // the same for runs that fail in the same way: which expectation, whose status; no figures
  std::string text;  // what happened in this run
};

// Whether this way of failing means that a planted fault, which should have made an expectation
// fail, did not.
bool is_unnoticed_fault(std::string_view way);

struct JudgedRun {
  RunResult result;
  std::optional<RunFailure> failure;
};

// Runs the scenario, keeps no files, and judges it: an expectation that is not as planned, a
// component that failed, a stall, or a RunError. An interrupted run has not failed. Throws
// InputError when World does.
JudgedRun judge(const Scenario& scenario, const WorldOptions& options, const std::atomic<bool>& interrupted);

}  // namespace dse
