// The ways that messages can take through the exchanges and queues of a scenario, whatever their keys.
// Gathered once, so that each question costs what it finds: there may be tens of thousands of queues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

class TopologyGraph {
 public:
  // The scenario must outlive the graph, unchanged.
  explicit TopologyGraph(const Scenario& scenario);

  // The queues that the exchange leads to: by bindings, over other exchanges and over its alternate exchange.
  std::set<std::string> queues_from(const std::string& exchange) const;
  struct Names {
    std::set<std::string> queues = {};
    std::set<std::string> exchanges = {};
  };
  // What messages that are in one of these, or come there, can come to: those, and also what follows when a
  // queue gives messages up.
  Names reached_from(const Names& begin) const;
  // Whether all that the queue gives up comes back to it: no queue that it goes through is read, and none
  // keeps what comes there.
  bool comes_back(const std::string& queue, const std::function<bool(const std::string&)>& is_read) const;
  // The exchanges whose messages can reach the queue: its own, those that are bound in the scenario's order,
  // then others by name.
  std::vector<std::string> exchanges_into(const std::string& queue) const {
    return some_exchanges_into(queue, SIZE_MAX).names;
  }
  // The same, but it looks no further once it has met more than `most` exchanges or queues: in a retry ladder
  // of thousands, each feeds all.
  struct Feeders {
    std::vector<std::string> names;
    bool is_all = true;
  };
  Feeders some_exchanges_into(const std::string& queue, std::size_t most) const;

  // The components that stream the resource, or write it, in the scenario's order.
  const std::vector<const ComponentConfig*>& readers_of(const std::string& resource) const;
  const std::vector<const ComponentConfig*>& writers_of(const std::string& resource) const;
  // Whether a binding leads into the queue.
  bool is_bound(const std::string& queue) const { return bound_queues_.contains(queue); }
  // Whether anything but its own tables names the resource or exchange.
  bool is_used(const std::string& name) const;

 private:
  using Ways = std::unordered_map<std::string, Names>;
  using Components = std::unordered_map<std::string, std::vector<const ComponentConfig*>>;

  void add_exchange(const std::string& name);
  void add_resource(const std::string& name, const ResourceConfig& resource);
  const std::set<std::string>& queues_once(const std::string& exchange) const;
  Names reach(Names begin, bool with_dead_letters) const;

  const Scenario& scenario_;
  Ways from_exchange_;
  Ways from_queue_;  // where what it gives up goes
  Ways to_exchange_;
  Ways to_queue_;
  // What queues_from() has found, because thousands of queues may share a dead-letter exchange.
  mutable std::unordered_map<std::string, std::set<std::string>> found_;
  Components readers_;
  Components writers_;
  std::set<std::string> bound_queues_;
  std::unordered_map<std::string, std::size_t> named_;      // how often each name is named, tables left out
  std::unordered_map<std::string, std::size_t> own_names_;  // how often its own table does
  std::unordered_map<std::string, std::size_t> ranks_;      // the order of exchanges_into()
};

}  // namespace dse
