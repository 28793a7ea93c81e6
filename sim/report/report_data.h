// What the scripts of a report page draw, as JSON.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/report/run_directory.h"

namespace dse {

// What is drawn of a run: its curves by metric and component, markers of what happened, latencies and its
// topology. `label` tells it from other runs of the page.
ReportJson run_data(const FinishedRun& run, const std::string& label);
// What is drawn of an exploration: the spread of each metric.
ReportJson exploration_data(const FinishedExploration& exploration);

// Latencies that so many in a thousand messages do not exceed.
struct LatencyFigures {
  std::string component;
  std::string measure;
  std::uint64_t messages = 0;
  std::vector<TimeNs> permille;  // one for each of kLatencyPermille
  TimeNs largest_ns = 0;
};
inline constexpr std::array<std::uint64_t, 4> kLatencyPermille = {500, 900, 990, 999};
std::vector<LatencyFigures> latency_figures(const std::vector<LatencyRow>& rows);

}  // namespace dse
