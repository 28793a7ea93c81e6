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

// Whether runs that fail in this way did not fail where a planted fault was to make them.
bool is_unnoticed_fault(std::string_view way);

struct JudgedRun {
  RunResult result;
  std::optional<RunFailure> failure;
};

// Runs the scenario, keeps no files, and judges it: an expectation that is not as planned, a component that
// failed, a stall, or a RunError. An interrupted run has not failed. Throws InputError as World does.
JudgedRun judge(const Scenario& scenario, const WorldOptions& options, const std::atomic<bool>& interrupted);

}  // namespace dse
