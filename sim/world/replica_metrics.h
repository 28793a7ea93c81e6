// The metrics that replicas have together, in a world or as nodes on a real broker.
#pragma once

#include <map>
#include <string>

#include "sim/scenario/scenario.h"

namespace dse {

// Adds to `metrics`, which has those of each component, "NAME.<metric>" for replicas NAME-1 ... of one
// component (metrics_of_replicas) that are sums. The figures of all their answers are the scorer's, and
// `unhandled` is left out: who knows the queue counts what waits there once.
void add_sums_of_replicas(const Scenario& scenario, std::map<std::string, double>& metrics);

}  // namespace dse
