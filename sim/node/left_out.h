// What a scenario says that nodes on a real broker do not do.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

// One sentence for each: faults by kind, restarts and checkpoints, and times to live at another pace than
// real time's. `alone` is the component that is asked about; null: all.
std::vector<std::string> left_out_by_nodes(const Scenario& scenario, const ComponentConfig* alone,
                                           double pace);

}  // namespace dse
