// What in a scenario is probably a mistake, though it can be run: sentences for `check`, and before a run.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

// A component that reads what nothing writes, messages that go nowhere, a queue that fills and that nothing
// streams, an option that does nothing, a name that is nowhere else, a component whose user may not do what
// its ports need. One sentence each, naming the component, resource or exchange.
std::vector<std::string> topology_warnings(const Scenario& scenario);

// What a run without a real broker and without a capture leaves out, one sentence for each import.
std::vector<std::string> import_warnings(const Scenario& scenario);

}  // namespace dse
