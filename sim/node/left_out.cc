#include "sim/node/left_out.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "sim/scenario/fault_check.h"

namespace dse {
namespace {

void add_faults(const Scenario& scenario, const ComponentConfig* alone, std::vector<std::string>& sentences) {
  std::map<FaultKind, std::set<std::string>> struck;
  for (const Fault& fault : scenario.faults) {
    if (!fault.on || (alone != nullptr && !alone->is_called(fault.component))) continue;
    struck[fault.kind].insert(fault.component);
  }
  for (const auto& [kind, components] : struck) {
    sentences.push_back(
        fmt::format("{}: the fault '{}' is not planted in nodes: a real broker, network and "
                    "process have faults of their own",
                    fmt::join(components, ", "), fault_name(kind)));
  }
}

void add_restarts(const Scenario& scenario, const ComponentConfig* alone,
                  std::vector<std::string>& sentences) {
  std::set<std::string> components;
  for (const ComponentConfig& component : scenario.components) {
    if (component.life.restart && (alone == nullptr || alone == &component))
      components.insert(component.name);
  }
  if (components.empty()) return;
  sentences.push_back(
      fmt::format("{}: `restart` and `checkpoint` do nothing here: nothing crashes a node on purpose",
                  fmt::join(components, ", ")));
}

void add_times(const Scenario& scenario, double pace, std::vector<std::string>& sentences) {
  std::vector<std::string> queues;
  for (const auto& [name, resource] : scenario.resources) {
    if (resource.queue.message_ttl_ns || resource.queue.expires_ns) queues.push_back(name);
  }
  if (pace == 1 || queues.empty()) return;
  sentences.push_back(
      fmt::format("{}: `message_ttl` and `expires` are the broker's, in real time, while "
                  "everything else goes {} times as fast",
                  fmt::join(queues, ", "), pace));
}

}  // namespace

std::vector<std::string> left_out_by_nodes(const Scenario& scenario, const ComponentConfig* alone,
                                           double pace) {
  std::vector<std::string> sentences;
  add_faults(scenario, alone, sentences);
  add_restarts(scenario, alone, sentences);
  add_times(scenario, pace, sentences);
  return sentences;
}

}  // namespace dse
