// What an exploration prints and writes, beside the spread of its metrics (sim/regression/spread.h).
#pragma once

#include <set>
#include <string>

#include "sim/regression/explorer.h"

namespace dse {

// Each failure with the line that reproduces it when it is pasted into a shell; of many, the first.
std::string failures_text(const Explorer& explorer, const Exploration& exploration);
// The same of all failures: columns failure and replay.
std::string failures_csv(const Explorer& explorer, const Exploration& exploration);
// One row a run: seed, ordering, parameters, metrics.
std::string runs_csv(const Explorer& explorer, const Exploration& exploration);
// What was asked for, how many runs there were, how it ended, and the files beside it.
struct ExploreEnding {
  std::string status;  // "completed" or "interrupted"
  std::set<std::string> files;
};
std::string summary_json(const Explorer& explorer, const Exploration& exploration,
                         const ExploreEnding& ending);

}  // namespace dse
