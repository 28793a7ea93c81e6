// Replays a run again to get a record of its events.
#pragma once

#include <string>

#include "sim/results/run_summary.h"
#include "sim/world/world.h"

namespace dse {

struct RecordedRun {
  RunResult result;
  std::string record;  // the path of its events.sqlite
};

// Runs the scenario, and writes the record of its events to `path`; nothing else is kept.
// Throws as World does.
RecordedRun record_run(const Scenario& scenario, const WorldOptions& options, const std::string& path);

// Replays the run that left `summary` in the folder `run`, with a record at `path`. Throws InputError when
// its scenario is not where it was, has changed since, or was not replayed to its end.
RecordedRun record_again(const std::string& run, const RunSummary& summary, const MakeApp& make_app,
                         const std::string& path);

}  // namespace dse
