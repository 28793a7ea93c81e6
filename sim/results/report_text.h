// A run's report for human readers, as a command prints it at the end.
#pragma once

#include <string>

#include "sim/results/results.h"

namespace dse {

struct ReportStyle {
  bool color = false;  // marks what failed and what held
  bool all = false;    // a line for each expectation that held, instead of one for all of them
};

// One line for each expectation that is not as planned and for each component that failed; "" if
// there are none.
std::string failures_text(const RunReport& report, const ReportStyle& style);
// The report in lines of 80 columns at most, apart from names that are longer and from those failures, which
// come last, whole.
std::string report_text(const RunReport& report, const ReportStyle& style);

}  // namespace dse
