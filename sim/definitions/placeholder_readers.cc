#include "sim/definitions/placeholder_readers.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "sim/scenario/topology.h"
#include "sim/scenario/topology_graph.h"

namespace dse {
namespace {

// Whether messages only wait there, until they are dead-lettered.
bool is_delay(const Scenario& topology, const std::string& queue) {
  const auto config = topology.resources.find(queue);
  if (config == topology.resources.end()) return false;
  const QueueOptions& options = config->second.queue;
  return options.message_ttl_ns && options.dead_letter && !options.delivery_limit;
}

}  // namespace

PlaceholderReaders choose_readers(const Scenario& topology, const std::vector<std::string>& queues) {
  const std::set<std::string> there = queues_of(topology);
  const TopologyGraph graph(topology);
  PlaceholderReaders readers;
  std::unordered_set<std::string> read;
  std::vector<std::string> waiting;
  for (const std::string& name : queues) {
    // An exchange of the same name could not be bound to it by itself.
    const bool can_be_named = graph.is_used(name) || !topology.exchanges.contains(name);
    if (!is_delay(topology, name) || !there.contains(name) || !can_be_named) {
      read.insert(name);
      continue;
    }
    waiting.push_back(name);
    if (!graph.is_used(name)) readers.unnamed.push_back(name);
  }
  const auto is_read = [&read](const std::string& queue) { return read.contains(queue); };
  for (const std::string& name : waiting) {
    if (graph.comes_back(name, is_read)) read.insert(name);
  }
  if (read.empty() && !waiting.empty()) read.insert(waiting.front());
  std::copy_if(queues.begin(), queues.end(), std::back_inserter(readers.read), is_read);
  return readers;
}

}  // namespace dse
