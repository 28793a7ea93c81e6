#include "sim/world/replica_metrics.h"

#include <cstdint>

namespace dse {
namespace {

void add_sums(const ComponentConfig& replica, std::map<std::string, double>& metrics) {
  for (const MetricInfo& metric : metrics_of_replicas(replica)) {
    const auto found = metrics.find(replica.name + "." + metric.name);
    if (metric.unit != "messages" || metric.name == kUnhandled || found == metrics.end()) continue;
    metrics[replica.replica_of + "." + metric.name] += found->second;
  }
}

struct Share {
  std::int64_t right = 0;
  std::int64_t count = 0;
};

}  // namespace

void add_metrics_of_replicas(const Scenario& scenario, const std::map<std::string, Accuracy>& accuracies,
                             std::map<std::string, double>& metrics) {
  std::map<std::string, Share> answers;
  for (const ComponentConfig& component : scenario.components) {
    if (component.replica_of.empty()) continue;
    add_sums(component, metrics);
    const auto scored = accuracies.find(component.name);
    if (scored == accuracies.end()) continue;
    Share& share = answers[component.replica_of];
    share.right += scored->second.right();
    share.count += scored->second.count();
  }
  for (const auto& [name, share] : answers)
    metrics[name + ".accuracy"] = static_cast<double>(share.right) / static_cast<double>(share.count);
}

}  // namespace dse
