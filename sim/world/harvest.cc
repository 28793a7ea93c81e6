#include "sim/world/harvest.h"

#include <optional>
#include <utility>

namespace dse {

std::vector<Metric> harvest_metrics(const Measured& measured) {
  std::vector<Metric> metrics = measured.app.metrics();
  if (gets_messages(measured.config)) metrics.push_back({"refused", static_cast<double>(measured.refused)});
  for (const auto& [name, permille] :
       {std::pair("latency_p50_ns", 500U), std::pair("latency_p99_ns", 990U)}) {
    if (const std::optional<TimeNs> value = measured.latencies.quantile(permille))
      metrics.push_back({name, static_cast<double>(*value)});
  }
  for (Metric& metric : measured.stays.metrics()) metrics.push_back(std::move(metric));
  return metrics;
}

std::vector<CurvePoint> harvest_curve(const Measured& measured) {
  std::vector<CurvePoint> points = measured.app.curve();
  for (CurvePoint& point : measured.stays.curve()) points.push_back(std::move(point));
  return points;
}

void add_confusion(const std::string& component, const std::vector<ConfusionCell>& cells,
                   std::vector<ConfusionRow>& rows) {
  for (const ConfusionCell& cell : cells) rows.push_back({component, ConfusionRow::Of::kLearning, cell});
}

void add_classes(const std::string& component, const std::vector<ClassCell>& cells,
                 std::vector<ClassRow>& rows) {
  for (const ClassCell& cell : cells) rows.push_back({component, ConfusionRow::Of::kLearning, cell});
}

}  // namespace dse
