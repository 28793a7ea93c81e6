// What a component is measured by when its run is over, whoever ran it: a world, or a node on a real broker.
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

// Without the component's name; in the order of metrics_of, as far as there are values.
std::vector<Metric> harvest_metrics(const Measured& measured);
std::vector<CurvePoint> harvest_curve(const Measured& measured);

}  // namespace dse
