#include "sim/scenario/fault_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "sim/scenario/fault_check.h"
#include "sim/scenario/table_reader.h"

namespace dse {

Fault read_fault(const toml::table& node, std::size_t number, const Scenario& scenario) {
  TableReader table(node, fmt::format("fault.{}", number));
  Fault fault;
  fault.kind = static_cast<FaultKind>(table.choice("kind", fault_names()));
  fault.component = table.text("component");
  if (fault.kind == FaultKind::kCrash) {
    fault.at_ns = table.duration("at");
  } else {
    fault.every = table.integer_or("every", fault.every, 1, kFaultTimesMax);
    fault.limit = table.integer_if_any("limit", 1, kFaultTimesMax);
    fault.from_ns = table.duration_or("from", 0);
    if (fault.kind == FaultKind::kMislabel)
      fault.classes = table.integer_if_any("classes", kFaultClassesMin, kFaultClassesMax);
  }
  table.finish();
  check_fault(fault, scenario, table.place("component"));
  return fault;
}

}  // namespace dse
