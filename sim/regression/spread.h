// How the metrics of an exploration spread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/regression/explorer.h"

namespace dse {

// The spread of one metric at one point of the grid of parameters.
struct Spread {
  std::size_t point = 0;
  std::string metric;
  std::size_t runs = 0;  // runs in which it has a value
  double min = 0;
  double lower_quartile = 0;
  double median = 0;
  double upper_quartile = 0;
  double max = 0;
  bool depends_on_ordering = false;  // two runs that differ only in their ordering differ in it
};

// The quantile at `numerator` / 4 of sorted values, at least one: linear between the two nearest (Hyndman and
// Fan, "Sample quantiles in statistical packages", The American Statistician 1996, definition 7).
double quartile(const std::vector<double>& sorted, int numerator);

// The spreads by point, then by metric.
std::vector<Spread> spreads(const Exploration& exploration);

// For human readers: a table for each point, and the metrics that depend on the order of simultaneous events.
std::string spread_table(const Explorer& explorer, const std::vector<Spread>& spreads);
// One row per spread, with a column for each parameter.
std::string spread_csv(const Explorer& explorer, const std::vector<Spread>& spreads);

}  // namespace dse
