// The files of a run directory from which a report draws what happened: the topology with what passed through
// it, wrong answers, how long messages took, and what happened to components. Every run has them; none
// depends on the machine.
#pragma once

#include <string>

#include "dse/run_result.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/scenario.h"

namespace dse {

// The content of topology.json.
std::string topology_json(const Scenario& scenario, const TrafficCounts& traffic);

// Writes topology.json and latencies.csv, and wrong_answers.csv and occurrences.csv if there is anything to
// write. Throws RunError when a file cannot be written.
void write_observed(const Scenario& scenario, const RunResult& result, RunFolder& folder);

}  // namespace dse
