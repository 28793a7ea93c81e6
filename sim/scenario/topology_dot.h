// The topology of a scenario as a graph for Graphviz.
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace dse {

// A digraph in the DOT language (graphviz.org/doc/info/lang.html): components as boxes, exchanges as
// ellipses, queues as cylinders; edges from who writes over the bindings, with their patterns, to who
// streams. What nothing reaches is dashed.
std::string topology_dot(const Scenario& scenario);

}  // namespace dse
