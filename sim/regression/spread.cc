#include "sim/regression/spread.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/csv.h"

namespace dse {
namespace {

// Whether the metric has two different values, or one and none, among the orderings of one seed.
bool depends_on_ordering(const Exploration& exploration, std::size_t first, std::size_t last,
                         std::size_t metric) {
  for (std::size_t i = first + 1; i < last; ++i) {
    if (exploration.trials[i].seed != exploration.trials[i - 1].seed) continue;
    const double before = exploration.values[i - 1][metric];
    const double now = exploration.values[i][metric];
    if (std::isnan(before) != std::isnan(now) || (!std::isnan(now) && before != now)) return true;
  }
  return false;
}

// Trials first … last-1 are those of one point.
std::optional<Spread> spread_of(const Exploration& exploration, std::size_t first, std::size_t last,
                                std::size_t metric) {
  std::vector<double> values;
  for (std::size_t i = first; i < last; ++i) {
    if (!std::isnan(exploration.values[i][metric])) values.push_back(exploration.values[i][metric]);
  }
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Spread{.point = exploration.trials[first].point,
                .metric = exploration.metrics[metric],
                .runs = values.size(),
                .min = values.front(),
                .lower_quartile = quartile(values, 1),
                .median = quartile(values, 2),
                .upper_quartile = quartile(values, 3),
                .max = values.back(),
                .depends_on_ordering = depends_on_ordering(exploration, first, last, metric)};
}

// Six significant digits, but nanoseconds as whole numbers.
std::string figure(double value) {
  const bool is_large = std::abs(value) >= 1e6 && std::abs(value) < 1e12;
  return is_large ? fmt::format("{:.0f}", value) : fmt::format("{:.6g}", value);
}

}  // namespace

double quartile(const std::vector<double>& sorted, int numerator) {
  const std::size_t steps = (sorted.size() - 1) * static_cast<std::size_t>(numerator);
  const std::size_t below = steps / 4;
  const double share = static_cast<double>(steps % 4) / 4;
  if (share == 0) return sorted[below];
  return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

std::vector<Spread> spreads(const Exploration& exploration) {
  std::vector<Spread> result;
  std::size_t first = 0;
  while (first < exploration.trials.size()) {
    std::size_t last = first;
    while (last < exploration.trials.size() &&
           exploration.trials[last].point == exploration.trials[first].point)
      ++last;
    for (std::size_t metric = 0; metric < exploration.metrics.size(); ++metric) {
      if (auto spread = spread_of(exploration, first, last, metric)) result.push_back(std::move(*spread));
    }
    first = last;
  }
  return result;
}

std::string spread_table(const Explorer& explorer, const std::vector<Spread>& spreads) {
  std::size_t width = 6;
  for (const Spread& spread : spreads) width = std::max(width, spread.metric.size());
  std::string text;
  std::set<std::string> depending;
  for (std::size_t i = 0; i < spreads.size(); ++i) {
    const Spread& spread = spreads[i];
    if (i == 0 || spreads[i - 1].point != spread.point) {
      const std::vector<std::string> settings = explorer.settings_of(spread.point);
      if (!settings.empty()) text += fmt::format("{}\n", fmt::join(settings, ", "));
      text += fmt::format("  {:<{}} {:>8} {:>12} {:>12} {:>12} {:>12} {:>12}\n", "metric", width, "runs",
                          "min", "quarter", "median", "3 quarters", "max");
    }
    text += fmt::format("{} {:<{}} {:>8} {:>12} {:>12} {:>12} {:>12} {:>12}\n",
                        spread.depends_on_ordering ? '*' : ' ', spread.metric, width, spread.runs,
                        figure(spread.min), figure(spread.lower_quartile), figure(spread.median),
                        figure(spread.upper_quartile), figure(spread.max));
    if (spread.depends_on_ordering) depending.insert(spread.metric);
  }
  if (!depending.empty()) {
    text += fmt::format("* depends on the order of simultaneous events: {}\n", fmt::join(depending, ", "));
  }
  return text;
}

std::string spread_csv(const Explorer& explorer, const std::vector<Spread>& spreads) {
  std::string text;
  for (const Parameter& parameter : explorer.plan().parameters) text += csv_field(parameter.key) + ",";
  text += "metric,runs,min,lower_quartile,median,upper_quartile,max,depends_on_ordering\n";
  for (const Spread& spread : spreads) {
    for (const std::string& value : explorer.values_of(spread.point)) text += csv_field(value) + ",";
    text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(spread.metric), spread.runs, spread.min,
                        spread.lower_quartile, spread.median, spread.upper_quartile, spread.max,
                        spread.depends_on_ordering);
  }
  return text;
}

}  // namespace dse
