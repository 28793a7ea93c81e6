// The metrics that replicas have together, in a world or as nodes on a real broker.
#pragma once

#include <map>
#include <string>

#include "measure/accuracy.h"
#include "sim/scenario/scenario.h"

namespace dse {

// Adds to `metrics`, which has those of each component, "NAME.<metric>" for replicas NAME-1 ... of one
// component (metrics_of_replicas): sums, and the accuracy of all their answers. `unhandled` is left out: who
// knows the queue counts what waits there once.
void add_metrics_of_replicas(const Scenario& scenario, const std::map<std::string, Accuracy>& accuracies,
                             std::map<std::string, double>& metrics);

}  // namespace dse
