// The tables of a report page, as HTML: they say what its charts draw, and remain without scripts.
#pragma once

#include <string>
#include <vector>

#include "sim/report/run_directory.h"

namespace dse {

// Several runs beside each other; the labels tell them apart.
struct LabelledRun {
  std::string label;  // "" for the only run
  FinishedRun run;
};

std::string overview_html(const std::vector<LabelledRun>& runs);
std::string expectations_html(const std::vector<LabelledRun>& runs);
std::string topology_html(const FinishedRun& run);
std::string curves_html(const LabelledRun& run);
std::string confusion_html(const LabelledRun& run);
std::string wrong_answers_html(const LabelledRun& run);
std::string queues_html(const LabelledRun& run);
std::string latencies_html(const LabelledRun& run);
// What planted faults and drifts did, and what happened to components.
std::string occurrences_html(const LabelledRun& run);
// Every metric of every run, those that differ first.
std::string metrics_html(const std::vector<LabelledRun>& runs);
std::string exploration_html(const FinishedExploration& exploration);

}  // namespace dse
