#include "sim/node/broker_part.h"

#include <utility>

#include "sim/scenario/topology.h"

namespace dse {
namespace {

// The queues that exist from the start, or once a component streams them.
std::set<std::string> queues_of(const Scenario& scenario) {
  std::set<std::string> queues = queues_from_the_start(scenario);
  for (const ComponentConfig& component : scenario.components) {
    if (auto read = resource_read(component)) queues.insert(std::move(*read));
  }
  for (const BindingSpec& binding : scenario.bindings) {
    if (binding.target == BindingTarget::kQueue) queues.insert(binding.to);
  }
  return queues;
}

// Finds what can be reached, each name once.
class Search {
 public:
  explicit Search(const Scenario& scenario)
      : scenario_(scenario), names_(resource_names(scenario)), all_queues_(queues_of(scenario)) {}

  void follow_exchange(const std::string& name) {
    if (!exchanges_.insert(name).second) return;
    for (std::size_t number = 0; number < scenario_.bindings.size(); ++number) {
      const BindingSpec& binding = scenario_.bindings[number];
      if (binding.from != name) continue;
      bindings_.insert(number);
      binding.target == BindingTarget::kQueue ? follow_queue(binding.to) : follow_exchange(binding.to);
    }
    if (!scenario_.exchanges.contains(name) && all_queues_.contains(name)) follow_queue(name);
    if (const std::optional<std::string> alternate = alternate_of(scenario_, name))
      follow_exchange(*alternate);
  }

  void follow_queue(const std::string& name) {
    if (!queues_.insert(name).second) return;
    const auto resource = scenario_.resources.find(name);
    if (resource == scenario_.resources.end() || !resource->second.queue.dead_letter) return;
    const DeadLetterTarget& target = *resource->second.queue.dead_letter;
    if (!target.exchange.empty()) return follow_exchange(target.exchange);
    if (target.key) return follow_queue(*target.key);
    for (const std::string& queue : all_queues_) follow_queue(queue);  // by the message's own key
  }

  // What is bound to the queue, or to the exchange, of this name, however indirectly.
  void go_back_from(const std::string& name, BindingTarget target) {
    if (!came_from_.emplace(target, name).second) return;
    for (std::size_t number = 0; number < scenario_.bindings.size(); ++number) {
      const BindingSpec& binding = scenario_.bindings[number];
      if (binding.to != name || binding.target != target) continue;
      bindings_.insert(number);
      go_back_from(binding.from, BindingTarget::kExchange);
    }
    if (target == BindingTarget::kQueue) return;
    for (const std::string& other : names_) {
      if (alternate_of(scenario_, other) == name) go_back_from(other, BindingTarget::kExchange);
    }
  }

  BrokerPart found() const {
    BrokerPart part{.exchanges = exchanges_, .queues = queues_};
    for (const auto& [target, name] : came_from_) {
      (target == BindingTarget::kQueue ? part.queues : part.exchanges).insert(name);
    }
    for (const std::size_t number : bindings_) part.bindings.push_back(scenario_.bindings[number]);
    return part;
  }

 private:
  const Scenario& scenario_;
  std::vector<std::string> names_;
  std::set<std::string> all_queues_;
  std::set<std::string> exchanges_;
  std::set<std::string> queues_;
  std::set<std::size_t> bindings_;
  std::set<std::pair<BindingTarget, std::string>> came_from_;
};

}  // namespace

BrokerPart part_of(const Scenario& scenario, const ComponentConfig& component) {
  Search search(scenario);
  for (const std::string& written : resources_written(component)) search.follow_exchange(written);
  if (const std::optional<std::string> read = resource_read(component)) {
    search.follow_queue(*read);
    search.go_back_from(*read, BindingTarget::kQueue);
    if (!scenario.exchanges.contains(*read)) search.go_back_from(*read, BindingTarget::kExchange);
  }
  return search.found();
}

BrokerPart whole_of(const Scenario& scenario) {
  const std::vector<std::string> names = resource_names(scenario);
  return {.exchanges = {names.begin(), names.end()},
          .queues = queues_of(scenario),
          .bindings = scenario.bindings};
}

Declarations declarations_of(const Scenario& scenario) {
  Declarations declarations;
  for (const auto& [name, exchange] : scenario.exchanges) declarations.set_exchange(name, exchange);
  for (const auto& [name, resource] : scenario.resources) {
    declarations.set_queue(name, resource.queue);
    if (resource.alternate) declarations.set_alternate(name, *resource.alternate);
  }
  return declarations;
}

SetUp assertions_of(BrokerPart part, Declarations declarations) {
  return [part = std::move(part), declarations = std::move(declarations)](Connection& connection,
                                                                          ChannelNumber channel) {
    for (const std::string& exchange : part.exchanges)
      declarations.assert_exchange(connection, channel, exchange);
    for (const std::string& queue : part.queues) declarations.assert_queue(connection, channel, queue);
    for (const BindingSpec& binding : part.bindings) declarations.bind(connection, channel, binding);
  };
}

}  // namespace dse
