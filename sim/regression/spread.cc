#include "sim/regression/spread.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "core/counted.h"
#include "core/csv.h"
#include "core/readable.h"

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

// A value of the metric as people read it: times with their unit, counts whole, everything else with
// five significant digits.
std::string figure(const std::string& metric, double value) {
  constexpr double kTimeMax = 9e18;
  if (metric.ends_with("_ns") && std::abs(value) < kTimeMax)
    return readable_duration(static_cast<TimeNs>(std::llround(value)));
  constexpr double kWholeMax = 1e15;
  const bool whole = value == std::trunc(value) && std::abs(value) < kWholeMax;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.5g}", value);
}

constexpr std::size_t kNameWidth = 33;  // what 80 columns leave beside five figures

// The metrics that are the same in every run of the exploration.
std::set<std::string> constant_metrics(const std::vector<Spread>& spreads) {
  std::map<std::string, std::pair<double, double>> ranges;
  for (const Spread& spread : spreads) {
    const auto [range, is_first] = ranges.try_emplace(spread.metric, spread.min, spread.max);
    if (is_first) continue;
    range->second = {std::min(range->second.first, spread.min), std::max(range->second.second, spread.max)};
  }
  std::set<std::string> constant;
  for (const auto& [metric, range] : ranges) {
    if (range.first == range.second) constant.insert(metric);
  }
  return constant;
}

std::string spread_row(const Spread& spread) {
  std::string name =
      spread.metric.ends_with("_ns") ? spread.metric.substr(0, spread.metric.size() - 3) : spread.metric;
  if (name.size() > kNameWidth) name += fmt::format("\n{:{}}", "", kNameWidth + 2);
  std::string row = fmt::format("{} {:<{}}", spread.depends_on_ordering ? '*' : ' ', name, kNameWidth);
  for (const double value :
       {spread.min, spread.lower_quartile, spread.median, spread.upper_quartile, spread.max})
    row += fmt::format(" {:>8}", figure(spread.metric, value));
  return row + "\n";
}

// "component.generator.limit=3, in 6 runs"
std::string spread_heading(const std::vector<std::string>& settings, std::size_t runs) {
  const std::string where = settings.empty() ? "all" : fmt::format("{}", fmt::join(settings, ", "));
  return fmt::format("{}: {}\n  {:<{}} {:>8} {:>8} {:>8} {:>8} {:>8}\n", where, counted(runs, "run"),
                     "metric", kNameWidth, "min", "quarter", "median", "3/4", "max");
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
  const std::set<std::string> constant = constant_metrics(spreads);
  // One run alone shows everything: there is nothing to be the same as.
  const bool folds =
      spreads.size() != constant.size() ||
      std::any_of(spreads.begin(), spreads.end(), [](const Spread& one) { return one.runs > 1; });
  std::string text;
  std::set<std::string> depending;
  for (std::size_t i = 0; i < spreads.size(); ++i) {
    const Spread& spread = spreads[i];
    if (i == 0 || spreads[i - 1].point != spread.point)
      text += spread_heading(explorer.settings_of(spread.point), spread.runs);
    if (folds && constant.contains(spread.metric)) continue;
    text += spread_row(spread);
    if (spread.depends_on_ordering) depending.insert(spread.metric);
  }
  if (folds && !constant.empty())
    text += fmt::format("{} the same in every run; spread.csv has them\n",
                        counted(constant.size(), "metric is", "metrics are"));
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
