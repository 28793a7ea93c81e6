// Replays a run again to get a record of its events.
#pragma once

#include <string>

#include "dse/tables.h"
#include "sim/regression/captured_run.h"
#include "sim/results/run_summary.h"
#include "sim/world/world.h"

namespace dse {

struct RecordedRun {
  RunResult result;
  std::string record;  // the path of its events.sqlite
};

// Runs the scenario, with the captured messages if `captured` is not null, and writes the record of its
// events to `path`; nothing else is kept. Throws as World and run_world do.
RecordedRun record_run(const Scenario& scenario, const WorldOptions& options, const std::string& path,
                       const CapturedInput* captured = nullptr);

// Replays the run that left `summary` in the folder `run`, with a record at `path`. Throws InputError when
// its scenario or its capture is not where it was, when one of the two or its data has changed since, or when
// it was not replayed to its end.
RecordedRun record_again(const std::string& run, const RunSummary& summary, const Tables& tables,
                         const std::string& path);

}  // namespace dse
