// How two runs were set up differently, before any event: scenario, settings, seed, data ...
#pragma once

#include <string>
#include <vector>

#include "sim/results/run_summary.h"

namespace dse {

// A line for each difference, for human readers: "component.lenet.batch: 16 in A, 4 in B", "component 'echo'
// of A is 'log' in B". Empty when the two were set up alike. Keys are compared when both summaries have them.
std::vector<std::string> differences_asked_for(const RunSummary& a, const RunSummary& b);

}  // namespace dse
