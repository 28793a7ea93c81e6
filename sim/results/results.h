// The files of a run directory.
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

// The capture that a run replayed or wrote.
struct CaptureNote {
  std::string path;            // relative to the run directory, if it is in there
  std::uint64_t checksum = 0;  // after its last record
};

struct RunReport {
  const Scenario& scenario;
  const std::vector<std::string>& settings;  // --set, as given
  const RunResult& result;
  const std::vector<ExpectationResult>& expectations;
  Timing timing;
  std::optional<CaptureNote> capture = {};   // for an attached run and its replay
  DataDigests data = {};                     // digests of the files that were read
  std::vector<std::string> data_notes = {};  // what of them was not used as it stands there
};

// Writes summary.json, metrics.csv, confusion.csv and classes.csv if anything was predicted and scored, what
// a report draws (sim/results/observed_files.h), and timing.json. timing.json lists every file of the folder,
// so this is called after all others are written. Only timing.json depends on the machine or on the wall
// clock.
void write_results(const RunReport& report, RunFolder& folder);

// What summary.json says, with the run's place as "directory" before it; ends with a line end.
std::string report_json(const RunReport& report, const std::string& directory);

// Probable mistakes in the scenario, judging by what happened: a binding that passed no message in
// a run that was not cut short. One sentence each.
std::vector<std::string> run_warnings(const Scenario& scenario, const RunResult& result);

}  // namespace dse
