#include "sim/world/replica_metrics.h"

namespace dse {
namespace {

void add_sums(const ComponentConfig& replica, std::map<std::string, double>& metrics) {
  for (const MetricInfo& metric : metrics_of_replicas(replica)) {
    const auto found = metrics.find(replica.name + "." + metric.name);
    if (metric.unit != "messages" || metric.name == kUnhandled || found == metrics.end()) continue;
    metrics[replica.replica_of + "." + metric.name] += found->second;
  }
}

}  // namespace

void add_sums_of_replicas(const Scenario& scenario, std::map<std::string, double>& metrics) {
  for (const ComponentConfig& component : scenario.components) {
    if (!component.replica_of.empty()) add_sums(component, metrics);
  }
}

}  // namespace dse
