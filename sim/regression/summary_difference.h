// In what two runs were asked for something else: scenario, settings, seed, data ..., before any event.
#pragma once

#include <string>
#include <vector>

#include "sim/results/run_summary.h"

namespace dse {

// A line for each difference, for people: "component.lenet.batch: 16 in A, 4 in B", "component 'echo' of A is
// 'log' in B". Empty when the two were asked for the same. Keys are told apart when both summaries have them.
std::vector<std::string> differences_asked_for(const RunSummary& a, const RunSummary& b);

}  // namespace dse
