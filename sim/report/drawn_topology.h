// The topology of a finished run as a graph to draw: components, exchanges and queues, and what passed
// between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/run_directory.h"

namespace dse {

struct DrawnNode {
  std::string id;  // "component:lenet", "resource:mnist"
  std::string name;
  std::string sort;    // "component", "exchange", or "queue", which has an exchange of its name, too
  std::string detail;  // the component's kind, the exchange's type ...
  std::string note;    // what went wrong there: "12 refused"; "" if nothing
};

struct DrawnEdge {
  std::string from;  // ids
  std::string to;
  std::string sort;                       // "write", "binding", "read", "dead-letter" or "alternate"
  std::string label;                      // the pattern of a binding
  std::optional<std::uint64_t> messages;  // that took this way; empty: not counted
  std::uint64_t unroutable = 0;           // how many of them no queue took
};

struct DrawnTopology {
  std::vector<DrawnNode> nodes;
  std::vector<DrawnEdge> edges;
};

// All throw nlohmann::json::exception when something is missing: in the content of topology.json, or in the
// run's files. `metrics` is an object of numbers by name.
DrawnTopology drawn_topology(const ReportJson& topology, const ReportJson& metrics);
DrawnTopology drawn_topology(const FinishedRun& run);
// The same for the scripts of a page.
ReportJson drawn_json(const DrawnTopology& topology);

}  // namespace dse
