// The files of a run directory, and the summary for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dse/run_result.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/data_files.h"
#include "sim/scenario/scenario.h"
#include "sim/world/expectations.h"

namespace dse {

struct Timing {
  double wall_seconds = 0;
  unsigned threads = 0;
};

// The capture that a run was repeated from, or that it wrote.
struct CaptureNote {
  std::string path;            // from the run directory, when it lies there
  std::uint64_t checksum = 0;  // of its last record
};

struct RunReport {
  const Scenario& scenario;
  const std::vector<std::string>& settings;  // --set, as given
  const RunResult& result;
  const std::vector<ExpectationResult>& expectations;
  Timing timing;
  std::optional<CaptureNote> capture = {};  // of an attached run and its replay
  DataDigests data = {};                    // of the files that were read
};

// summary.json, metrics.csv and timing.json, in which every file of the folder is listed: this is called
// last. Only timing.json depends on the machine or on the wall clock.
void write_results(const RunReport& report, RunFolder& folder);

// What is probably a mistake, seen by what happened: a binding that passed no message in a run that was not
// cut short. One sentence each.
std::vector<std::string> run_warnings(const Scenario& scenario, const RunResult& result);

// A line for each expectation that is not as planned and each component that failed; "" when all is well.
std::string failures_text(const RunReport& report, bool color);
// Several lines, those failures last; `color` marks what failed and what held.
std::string report_text(const RunReport& report, bool color);

}  // namespace dse
