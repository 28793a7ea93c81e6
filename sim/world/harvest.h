// The measures of a component when its run is over, either in a world or as a node on a real
// broker.
#pragma once

#include <cstdint>
#include <vector>

#include "dse/app.h"
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

}  // namespace dse
