#include "sim/scenario/topology_graph.h"

#include <algorithm>
#include <utility>

#include "sim/scenario/topology.h"

namespace dse {
namespace {

template <typename Map>
const typename Map::mapped_type& found_or_none(const Map& map, const std::string& name) {
  static const typename Map::mapped_type kNone{};
  const auto found = map.find(name);
  return found == map.end() ? kNone : found->second;
}

}  // namespace

TopologyGraph::TopologyGraph(const Scenario& scenario) : scenario_(scenario) {
  const std::vector<std::string> names = resource_names(scenario);
  for (const BindingSpec& binding : scenario.bindings) {
    const bool to_queue = binding.target == BindingTarget::kQueue;
    Names& next = from_exchange_[binding.from];
    (to_queue ? next.queues : next.exchanges).insert(binding.to);
    (to_queue ? to_queue_ : to_exchange_)[binding.to].exchanges.insert(binding.from);
    if (to_queue) bound_queues_.insert(binding.to);
    ++named_[binding.from];
    ++named_[binding.to];
    ranks_.emplace(binding.from, ranks_.size());
  }
  for (const std::string& name : names) {
    ranks_.emplace(name, ranks_.size());
    add_exchange(name);
  }
  for (const auto& [name, exchange] : scenario.exchanges) {
    if (exchange.alternate && exchange.alternate != name) ++named_[*exchange.alternate];
  }
  for (const auto& [name, resource] : scenario.resources) add_resource(name, resource);
  for (const ComponentConfig& component : scenario.components) {
    if (const auto read = resource_read(component)) {
      readers_[*read].push_back(&component);
      ++named_[*read];
    }
    for (const std::string& written : resources_written(component)) {
      writers_[written].push_back(&component);
      ++named_[written];
    }
  }
}

void TopologyGraph::add_exchange(const std::string& name) {
  if (!scenario_.exchanges.contains(name)) {
    from_exchange_[name].queues.insert(name);
    to_queue_[name].exchanges.insert(name);
  }
  if (const std::optional<std::string> alternate = alternate_of(scenario_, name)) {
    from_exchange_[name].exchanges.insert(*alternate);
    to_exchange_[*alternate].exchanges.insert(name);
  }
}

void TopologyGraph::add_resource(const std::string& name, const ResourceConfig& resource) {
  const auto note = [&](const std::string& named) {
    ++named_[named];
    if (named == name) ++own_names_[named];
  };
  if (resource.alternate) note(*resource.alternate);
  if (!resource.queue.dead_letter) return;
  const DeadLetterTarget& target = *resource.queue.dead_letter;
  if (!target.exchange.empty()) {
    note(target.exchange);
    from_queue_[name].exchanges.insert(target.exchange);
    to_exchange_[target.exchange].queues.insert(name);
  } else if (target.key) {
    note(*target.key);
    from_queue_[name].queues.insert(*target.key);
    to_queue_[*target.key].queues.insert(name);
  }
}

TopologyGraph::Names TopologyGraph::reach(Names begin, bool with_dead_letters) const {
  std::vector<std::string> exchanges(begin.exchanges.begin(), begin.exchanges.end());
  std::vector<std::string> queues;
  if (with_dead_letters) queues.assign(begin.queues.begin(), begin.queues.end());
  Names found = std::move(begin);
  while (!exchanges.empty() || !queues.empty()) {
    std::vector<std::string>& next = exchanges.empty() ? queues : exchanges;
    const std::string name = std::move(next.back());
    next.pop_back();
    const Names& ways = found_or_none(&next == &exchanges ? from_exchange_ : from_queue_, name);
    for (const std::string& queue : ways.queues) {
      if (found.queues.insert(queue).second && with_dead_letters) queues.push_back(queue);
    }
    for (const std::string& exchange : ways.exchanges) {
      if (found.exchanges.insert(exchange).second) exchanges.push_back(exchange);
    }
  }
  return found;
}

std::set<std::string> TopologyGraph::queues_from(const std::string& exchange) const {
  return reach({.exchanges = {exchange}}, false).queues;
}

TopologyGraph::Names TopologyGraph::reached_from(const Names& begin) const { return reach(begin, true); }

const std::set<std::string>& TopologyGraph::queues_once(const std::string& exchange) const {
  const auto known = found_.find(exchange);
  return known == found_.end() ? found_.emplace(exchange, queues_from(exchange)).first->second
                               : known->second;
}

bool TopologyGraph::comes_back(const std::string& queue,
                               const std::function<bool(const std::string&)>& is_read) const {
  if (is_read(queue)) return false;
  std::vector<std::string> ways = {queue};
  std::set<std::string> seen;
  bool has_way_out = false;
  const auto go_on = [&](const std::set<std::string>& queues) {
    for (auto next = queues.begin(); next != queues.end() && !has_way_out; ++next) {
      if (!seen.insert(*next).second) continue;
      has_way_out = is_read(*next) || !from_queue_.contains(*next);
      ways.push_back(*next);
    }
  };
  while (!ways.empty() && !has_way_out) {
    const Names& given_up = found_or_none(from_queue_, ways.back());
    ways.pop_back();
    go_on(given_up.queues);
    for (const std::string& exchange : given_up.exchanges) go_on(queues_once(exchange));
  }
  return !has_way_out && seen.contains(queue);
}

TopologyGraph::Feeders TopologyGraph::some_exchanges_into(const std::string& queue, std::size_t most) const {
  std::set<std::string> exchanges;
  std::set<std::string> queues = {queue};
  std::vector<std::string> next_exchanges;
  std::vector<std::string> next_queues = {queue};
  const auto is_enough = [&] { return exchanges.size() > most || queues.size() > most; };
  while ((!next_exchanges.empty() || !next_queues.empty()) && !is_enough()) {
    std::vector<std::string>& next = next_exchanges.empty() ? next_queues : next_exchanges;
    const std::string name = std::move(next.back());
    next.pop_back();
    const Names& before = found_or_none(&next == &next_exchanges ? to_exchange_ : to_queue_, name);
    for (auto one = before.queues.begin(); one != before.queues.end() && !is_enough(); ++one) {
      if (queues.insert(*one).second) next_queues.push_back(*one);
    }
    for (auto one = before.exchanges.begin(); one != before.exchanges.end() && !is_enough(); ++one) {
      if (exchanges.insert(*one).second) next_exchanges.push_back(*one);
    }
  }
  std::vector<std::string> ordered(exchanges.begin(), exchanges.end());
  std::sort(ordered.begin(), ordered.end(), [&](const std::string& a, const std::string& b) {
    if ((a == queue) != (b == queue)) return a == queue;
    return ranks_.at(a) < ranks_.at(b);
  });
  return {.names = std::move(ordered), .is_all = !is_enough()};
}

const std::vector<const ComponentConfig*>& TopologyGraph::readers_of(const std::string& resource) const {
  return found_or_none(readers_, resource);
}

const std::vector<const ComponentConfig*>& TopologyGraph::writers_of(const std::string& resource) const {
  return found_or_none(writers_, resource);
}

bool TopologyGraph::is_used(const std::string& name) const {
  return found_or_none(named_, name) > found_or_none(own_names_, name);
}

}  // namespace dse
