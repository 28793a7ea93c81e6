// What an exploration prints and writes, besides the spread of its metrics (sim/regression/spread.h).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/regression/explorer.h"
#include "sim/regression/spread.h"

namespace dse {

// The failures, each with the line that reproduces it when pasted into a shell; only the first of many.
std::string failures_text(const Explorer& explorer, const Exploration& exploration);
// The same for all failures: columns failure and replay.
std::string failures_csv(const Explorer& explorer, const Exploration& exploration);
// One row per run: seed, ordering, parameters, metrics.
std::string runs_csv(const Explorer& explorer, const Exploration& exploration);
// What was asked for, how many runs there were, how the exploration ended, and the files that go with it.
struct ExploreEnding {
  std::string status;  // "completed" or "interrupted"
  std::set<std::string> files;
};
std::string summary_json(const Explorer& explorer, const Exploration& exploration,
                         const ExploreEnding& ending);

// All of it as one document, ends with a line end: the summary, "directory", "spreads" (as spread.csv has
// them), "failures" (text, replay) and "minimised", which is `minimised` without its line end, or null.
std::string exploration_json(const Explorer& explorer, const Exploration& exploration,
                             const ExploreEnding& ending, const std::vector<Spread>& spreads,
                             const std::string& directory, const std::string& minimised);

}  // namespace dse
