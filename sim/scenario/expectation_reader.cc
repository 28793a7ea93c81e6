#include "sim/scenario/expectation_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/names.h"
#include "sim/scenario/table_reader.h"
#include "sim/scenario/topology.h"

namespace dse {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names all_metric_names(const Scenario& scenario) {
  Names names;
  for (const ComponentConfig& component : scenario.components) {
    for (const MetricInfo& metric : metrics_of(component))
      names.push_back(component.name + "." + metric.name);
  }
  for (const std::string& resource : resource_names(scenario)) {
    for (const MetricInfo& metric : metrics_of_resources()) names.push_back(resource + "." + metric.name);
  }
  return names;
}

// The resources that have a queue: somebody streams them, or a binding leads into them.
Names queue_names(const Scenario& scenario) {
  Names names = resource_names(scenario);
  std::erase_if(names, [&](const std::string& name) {
    const bool bound = std::any_of(scenario.bindings.begin(), scenario.bindings.end(),
                                   [&](const BindingSpec& binding) { return binding.to == name; });
    return !bound && readers_of(scenario, name).empty();
  });
  return names;
}

MetricExpect read_metric(TableReader& table, const Scenario& scenario) {
  MetricExpect expect;
  expect.metric = table.text("metric");
  const Names known = all_metric_names(scenario);
  if (!contains(known, expect.metric)) {
    throw UnknownName(table.place("metric"),
                      fmt::format("unknown metric '{}'{}", expect.metric, suggestion(expect.metric, known)));
  }
  expect.min = table.number_if_any("min");
  expect.max = table.number_if_any("max");
  expect.equals = table.number_if_any("equals");
  expect.rises = table.flag("rises");
  expect.by_ns = table.duration_if_any("by");
  table.finish();
  if (!expect.min && !expect.max && !expect.equals && !expect.rises) {
    throw InputError(table.place(), "expects nothing: give min, max, equals or rises");
  }
  if (expect.equals && (expect.min || expect.max)) {
    throw InputError(table.place("equals"), "says all about the value: leave min and max out");
  }
  if (expect.min && expect.max && *expect.min > *expect.max) {
    throw InputError(table.place(),
                     fmt::format("min {} is above max {}: no value can meet both", *expect.min, *expect.max));
  }
  if (expect.rises && !find_metric(scenario, expect.metric)->curve) {
    throw InputError(table.place("rises"),
                     fmt::format("'{}' has no curve: only accuracies, wait and sojourn times, "
                                 "max_unacknowledged and mean_depth have one",
                                 expect.metric));
  }
  return expect;
}

void check_queue(const DeliveryExpect& expect, const InputPlace& place, const Scenario& scenario) {
  const Names queues = queue_names(scenario);
  if (contains(queues, expect.resource)) return;
  if (contains(resource_names(scenario), expect.resource)) {
    throw UnknownName(place,
                      fmt::format("'{}' has no queue: nobody streams it and nothing is bound into it{}",
                                  expect.resource, suggestion(expect.resource, queues)));
  }
  throw UnknownName(
      place, fmt::format("unknown resource '{}'{}", expect.resource, suggestion(expect.resource, queues)));
}

void check_consumer(const DeliveryExpect& expect, const InputPlace& place, const Scenario& scenario) {
  Names readers;
  for (const ComponentConfig* reader : readers_of(scenario, expect.resource)) readers.push_back(reader->name);
  if (contains(readers, *expect.consumer)) return;
  throw UnknownName(place, fmt::format("no component '{}' streams '{}'{}", *expect.consumer, expect.resource,
                                       suggestion(*expect.consumer, readers)));
}

DeliveryExpect read_delivery(TableReader& table, const Scenario& scenario) {
  DeliveryExpect expect;
  const auto resource = table.text_if_any("resource");
  expect.consumer = table.text_if_any("consumer");
  if (const auto choice = table.choice_if_any("delivered", {"exactly-once", "at-least-once"})) {
    expect.delivered = *choice == 0 ? Guarantee::kExactlyOnce : Guarantee::kAtLeastOnce;
  }
  expect.fifo = table.choice_if_any("order", {"fifo"}).has_value();
  expect.lost = table.integer_if_any("lost", 0, INT64_MAX);
  table.finish();
  if (!expect.delivered && !expect.fifo && !expect.lost) {
    throw InputError(table.place(), "expects nothing: give delivered, order or lost");
  }
  if (!resource && (expect.consumer || expect.delivered || expect.fifo)) {
    throw InputError(table.place("resource"), "is missing: only `lost` counts over all queues");
  }
  expect.resource = resource.value_or("");
  if (resource) check_queue(expect, table.place("resource"), scenario);
  if (expect.consumer) check_consumer(expect, table.place("consumer"), scenario);
  return expect;
}

StatusExpect read_status(TableReader& table) {
  const Names names = {"completed", "stalled", "refused"};
  const std::size_t choice = table.choice("status", names);
  table.finish();
  return {names[choice]};
}

// The keys of the three forms, in the order of ExpectConfig's alternatives.
const std::vector<Names>& forms() {
  static const std::vector<Names> keys = {{"metric", "min", "max", "equals", "rises", "by"},
                                          {"resource", "consumer", "delivered", "order", "lost"},
                                          {"status"}};
  return keys;
}

// Which of the forms the table has; the first when it has a key of none.
std::size_t form_of(const toml::table& node, const TableReader& table) {
  std::string first;
  std::size_t form = 0;
  for (std::size_t candidate = 0; candidate < forms().size(); ++candidate) {
    for (const std::string& key : forms()[candidate]) {
      if (!node.contains(key)) continue;
      if (first.empty()) {
        first = key;
        form = candidate;
      } else if (candidate != form) {
        throw InputError(table.place(key),
                         fmt::format("does not go with `{}`: give it an [[expect]] of its own", first));
      }
    }
  }
  return form;
}

}  // namespace

ExpectConfig read_expectation(const toml::table& node, std::size_t number, const Scenario& scenario) {
  TableReader table(node, fmt::format("expect.{}", number));
  ExpectConfig expect;
  expect.name = table.line_if_any("name").value_or("");
  expect.fails = table.flag("fails");
  switch (form_of(node, table)) {
    case 0:
      expect.what = read_metric(table, scenario);
      break;
    case 1:
      expect.what = read_delivery(table, scenario);
      break;
    default:
      expect.what = read_status(table);
  }
  return expect;
}

}  // namespace dse
