// The metrics of a run's components as tables for a terminal: those of components with the same metrics stand
// in one table, a row for each.
#pragma once

#include <string>

#include "dse/run_result.h"
#include "sim/scenario/scenario.h"

namespace dse {

// Lines of at most 80 columns, unless a name is longer than that; each with its end. Shows what
// MetricInfo::shown says; a column that is left empty has no value for that component.
std::string metric_tables(const Scenario& scenario, const RunResult& result);

}  // namespace dse
