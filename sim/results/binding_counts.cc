#include "sim/results/binding_counts.h"

#include <nlohmann/json.hpp>

#include "sim/record/header_json.h"

namespace dse {

const BindingSpec& binding_of(const Scenario& scenario, const TrafficCounts& traffic, std::size_t number) {
  const std::size_t of_scenario = scenario.bindings.size();
  return number < of_scenario ? scenario.bindings[number] : traffic.bound[number - of_scenario];
}

nlohmann::ordered_json bindings_json(const Scenario& scenario, const TrafficCounts& traffic) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (std::size_t number = 0; number < traffic.passed.size(); ++number) {
    const BindingSpec& binding = binding_of(scenario, traffic, number);
    Json json = {{"from", binding.from}, {"to", binding.to}, {"key", binding.key}};
    if (!binding.headers.empty()) {
      json["headers"] = Json::parse(header_json(binding.headers));
      json["match"] = binding.match == HeaderMatch::kAll ? "all" : "any";
    }
    if (binding.target == BindingTarget::kExchange) json["target"] = "exchange";
    if (number >= scenario.bindings.size()) json["made_while_running"] = true;
    json["passed"] = traffic.passed[number];
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace dse
