// The measures of a component when its run is over, either in a world or as a node on a real
// broker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dse/app.h"
#include "dse/run_result.h"
#include "sim/scenario/scenario.h"
#include "sim/world/component_stays.h"
#include "sim/world/latency_histogram.h"

namespace dse {

struct Measured {
  const ComponentConfig& config;
  const App& app;
  const LatencyHistogram& latencies;
  const ComponentStays& stays;
  std::uint64_t refused = 0;  // messages
};

// Names lack the component's name; they are in the order of metrics_of, without those that have no
// value.
std::vector<Metric> harvest_metrics(const Measured& measured);
std::vector<CurvePoint> harvest_curve(const Measured& measured);
// Adds the rows of confusion.csv of what a component predicted before it learned.
void add_confusion(const std::string& component, const std::vector<ConfusionCell>& cells,
                   std::vector<ConfusionRow>& rows);
// Likewise those of classes.csv.
void add_classes(const std::string& component, const std::vector<ClassCell>& cells,
                 std::vector<ClassRow>& rows);

}  // namespace dse
