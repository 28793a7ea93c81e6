#include "sim/command/driven_run.h"

#include <fmt/format.h>

#include <utility>

#include "core/diagnostics.h"
#include "sim/command/command.h"
#include "sim/results/protocol_logs.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

int exit_status(const RunResult& result, const std::vector<ExpectationResult>& expectations) {
  if (result.status == RunStatus::kInterrupted) return kExitInterrupted;
  if (broke_off(result.status) && !judges_status(expectations)) return kExitRunFailed;
  return passed(result, expectations) ? kExitOk : kExitFailed;
}

void warn(const std::string& warning) { tell("warning: {}\n", warning); }

}  // namespace

DrivenRun::DrivenRun(std::chrono::steady_clock::time_point started, Options options)
    : started_(started),
      options_(std::move(options)),
      folder_(RunFolder::at(options_.out, options_.default_folder)) {
  if (options_.record) recorder_.emplace(folder_.path_of(kEventRecordFile));
}

WorldOptions DrivenRun::world_options(const Scenario& scenario) {
  return {.seed = scenario.seed,
          .threads = options_.threads,
          .ordering = scenario.ordering,
          .recorder = recorder_ ? &*recorder_ : nullptr,
          .keep_states = options_.keep_states,
          .open_protocol_log = open_protocol_logs(options_.protocol_log),
          .warn = warn};
}

OpenLines DrivenRun::open_lines() {
  return [this](const std::string& file_name) { return folder_.open_lines(file_name); };
}

int DrivenRun::end(const Scenario& scenario, const RunResult& result, const Ending& ending) {
  const std::vector<ExpectationResult> expectations = check_expectations(scenario, result);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started_;
  const RunReport report{.scenario = scenario,
                         .settings = options_.settings,
                         .result = result,
                         .expectations = expectations,
                         .timing = {wall.count(), options_.threads},
                         .capture = ending.capture,
                         .data = ending.data,
                         .data_notes = ending.data_notes};
  write_results(report, folder_);
  folder_.commit();
  if (ending.when_kept) ending.when_kept();
  if (options_.json) {
    fmt::print("{}", report_json(report, folder_.target().string()));
  } else if (options_.quiet) {
    tell("{}", failures_text(report, {}));
  } else {
    fmt::print("{}{}results in {}\n", report_text(report, options_.style), ending.more,
               folder_.target().string());
  }
  if (options_.warnings) {
    for (const std::string& warning : run_warnings(scenario, result)) warn(warning);
  }
  if (result.status == RunStatus::kStalled)
    tell("stalled: work is pending and nothing can happen any more\n{}", result.stall);
  return exit_status(result, expectations);
}

}  // namespace dse
