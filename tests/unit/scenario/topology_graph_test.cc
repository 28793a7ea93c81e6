// The graph against the meaning of each of its questions, worked out step by step on small random scenarios.
#include "sim/scenario/topology_graph.h"

#include <algorithm>
#include <random>

#include "sim/scenario/topology.h"
#include "support/catch.h"

using namespace dse;

namespace {

const std::vector<std::string> kNames = {"a", "b", "c", "d", "e", "f"};

Scenario drawn(std::mt19937& random) {
  const auto number = [&](int count) { return std::uniform_int_distribution(0, count - 1)(random); };
  const auto name = [&] { return kNames[static_cast<std::size_t>(number(static_cast<int>(kNames.size())))]; };
  Scenario scenario;
  for (const std::string& one : kNames) {
    if (number(3) == 0) {
      ExchangeOptions options{.type = ExchangeType::kDirect};
      if (number(3) == 0) options.alternate = name();
      scenario.exchanges.emplace(one, options);
    }
    if (number(2) == 0) {
      ResourceConfig config;
      if (number(4) == 0) config.alternate = name();
      if (number(2) == 0) config.queue.dead_letter = DeadLetterTarget{number(2) == 0 ? "" : name(), name()};
      scenario.resources.emplace(one, config);
    }
  }
  for (int count = number(5); count > 0; --count) {
    BindingSpec binding{.from = name(), .to = name()};
    if (scenario.exchanges.contains(binding.to) && number(2) == 0) binding.target = BindingTarget::kExchange;
    scenario.bindings.push_back(binding);
  }
  return scenario;
}

// Repeats each single step until nothing is new.
struct Reach {
  std::set<std::string> exchanges;
  std::set<std::string> queues;

  Reach(const Scenario& scenario, std::set<std::string> first_exchanges, std::set<std::string> first_queues,
        bool with_dead_letters)
      : exchanges(std::move(first_exchanges)), queues(std::move(first_queues)) {
    for (std::size_t before = 0; before != exchanges.size() + queues.size();) {
      before = exchanges.size() + queues.size();
      for (const std::string& exchange : std::set<std::string>(exchanges)) {
        if (!scenario.exchanges.contains(exchange)) queues.insert(exchange);
        if (const auto alternate = alternate_of(scenario, exchange)) exchanges.insert(*alternate);
        for (const BindingSpec& binding : scenario.bindings) {
          if (binding.from == exchange)
            (binding.target == BindingTarget::kQueue ? queues : exchanges).insert(binding.to);
        }
      }
      if (!with_dead_letters) continue;
      for (const std::string& queue : std::set<std::string>(queues)) give_up(scenario, queue);
    }
  }

  void give_up(const Scenario& scenario, const std::string& queue) {
    const auto found = scenario.resources.find(queue);
    if (found == scenario.resources.end() || !found->second.queue.dead_letter) return;
    const DeadLetterTarget& target = *found->second.queue.dead_letter;
    if (target.exchange.empty()) {
      queues.insert(*target.key);
    } else {
      exchanges.insert(target.exchange);
    }
  }
};

}  // namespace

TEST_CASE("topology graph: as worked out step by step") {
  int circles = 0;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const Scenario scenario = drawn(random);
    const TopologyGraph graph(scenario);
    const std::vector<std::string> named = resource_names(scenario);
    for (const std::string& one : named) {
      INFO(one);
      CHECK(graph.queues_from(one) == Reach(scenario, {one}, {}, false).queues);
      CHECK(graph.reached_from({.exchanges = {one}}).queues == Reach(scenario, {one}, {}, true).queues);
      std::set<std::string> into;
      for (const std::string& exchange : named) {
        if (Reach(scenario, {exchange}, {}, true).queues.contains(one)) into.insert(exchange);
      }
      const std::vector<std::string> found = graph.exchanges_into(one);
      CHECK(std::set<std::string>(found.begin(), found.end()) == into);
      CHECK(found.size() == into.size());
      const TopologyGraph::Feeders some = graph.some_exchanges_into(one, 1);
      CHECK(some.names.size() <= 2);
      if (some.is_all) CHECK(some.names == found);

      Reach first(scenario, {}, {}, false);
      first.give_up(scenario, one);
      const Reach all(scenario, first.exchanges, first.queues, true);
      const bool is_kept = std::any_of(all.queues.begin(), all.queues.end(), [&](const std::string& queue) {
        const auto found_there = scenario.resources.find(queue);
        return found_there == scenario.resources.end() || !found_there->second.queue.dead_letter;
      });
      const bool all_comes_back = all.queues.contains(one) && !is_kept;
      CHECK(graph.comes_back(one, [](const std::string&) { return false; }) == all_comes_back);
      circles += all_comes_back ? 1 : 0;
      for (const std::string& reader : kNames) {
        const bool is_met = reader == one || all.queues.contains(reader);
        CHECK(graph.comes_back(one, [&](const std::string& queue) { return queue == reader; }) ==
              (all_comes_back && !is_met));
      }
    }
  }
  CHECK(circles > 100);
}
