#include "sim/scenario/expectation_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include "core/names.h"
#include "sim/scenario/fault_check.h"
#include "sim/scenario/topology.h"

namespace dse {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The first replica of the [component.NAME] with that name; null when it is no name of replicas.
const ComponentConfig* replica_of(const Scenario& scenario, std::string_view name) {
  for (const ComponentConfig& component : scenario.components) {
    if (!component.replica_of.empty() && component.replica_of == name) return &component;
  }
  return nullptr;
}

// Replicas have only some metrics together.
void check_metric_of_one(const std::string& metric, const Scenario& scenario, const InputPlace& place) {
  const std::size_t dot = std::min(metric.rfind('.'), metric.size());
  const ComponentConfig* replica = replica_of(scenario, std::string_view(metric).substr(0, dot));
  if (replica == nullptr) return;
  const std::string of_one = replica->name + metric.substr(dot);
  if (!find_metric(scenario, of_one)) return;
  throw InputError(place,
                   fmt::format("'{}' has replicas, and each has its own '{}': name one of them, such as '{}'",
                               replica->replica_of, metric.substr(dot + 1), of_one));
}

void check(const MetricExpectation& expect, const Scenario& scenario, const PlaceOfKey& place) {
  const Names known = metric_names(scenario);
  if (!contains(known, expect.metric)) {
    check_metric_of_one(expect.metric, scenario, place("metric"));
    throw UnknownName(place("metric"),
                      fmt::format("unknown metric '{}'{}", expect.metric, suggestion(expect.metric, known)));
  }
  for (const std::optional<double>& bound : {expect.min, expect.max, expect.equals}) {
    if (bound && !std::isfinite(*bound)) throw InputError(place(""), "has a bound that is no finite number");
  }
  if (expect.by_ns.value_or(0) < 0) throw InputError(place("by"), "is before the run: give 0 or more");
  if (expect.after_faults_ns) {
    if (*expect.after_faults_ns < 0) throw InputError(place("after_faults"), "is negative: give 0 or more");
    if (expect.by_ns) throw InputError(place("after_faults"), "does not go with `by`: give one of the two");
    if (scenario.faults.empty())
      throw InputError(place("after_faults"), "is after nothing: there is no [[fault]]");
  }
  if (!expect.min && !expect.max && !expect.equals && !expect.rises) {
    throw InputError(place(""), "expects nothing: give min, max, equals or rises");
  }
  if (expect.equals && (expect.min || expect.max)) {
    throw InputError(place("equals"), "says all about the value: leave min and max out");
  }
  if (expect.min && expect.max && *expect.min > *expect.max) {
    throw InputError(place(""),
                     fmt::format("min {} is above max {}: no value can meet both", *expect.min, *expect.max));
  }
  if (expect.rises && !find_metric(scenario, expect.metric)->curve) {
    throw InputError(place("rises"), fmt::format("'{}' has no curve{}", expect.metric,
                                                 suggestion(expect.metric, metric_names(scenario, true))));
  }
}

void check_queue(const DeliveryExpectation& expect, const InputPlace& place, const Scenario& scenario) {
  const std::set<std::string> with_queue = queues_of(scenario);
  if (with_queue.contains(expect.resource)) return;
  const Names queues(with_queue.begin(), with_queue.end());
  if (contains(resource_names(scenario), expect.resource)) {
    throw UnknownName(place,
                      fmt::format("'{}' has no queue: nobody streams it and nothing is bound into it{}",
                                  expect.resource, suggestion(expect.resource, queues)));
  }
  throw UnknownName(
      place, fmt::format("unknown resource '{}'{}", expect.resource, suggestion(expect.resource, queues)));
}

void check_consumer(const DeliveryExpectation& expect, const InputPlace& place, const Scenario& scenario) {
  Names readers;
  for (const ComponentConfig* reader : readers_of(scenario, expect.resource)) readers.push_back(reader->name);
  if (contains(readers, *expect.consumer)) return;
  if (const ComponentConfig* replica = replica_of(scenario, *expect.consumer)) {
    throw InputError(place, fmt::format("'{}' has replicas, which are consumers each by itself: name one of "
                                        "them, such as '{}'",
                                        *expect.consumer, replica->name));
  }
  throw UnknownName(place, fmt::format("no component '{}' streams '{}'{}", *expect.consumer, expect.resource,
                                       suggestion(*expect.consumer, readers)));
}

void check(const DeliveryExpectation& expect, const Scenario& scenario, const PlaceOfKey& place) {
  if (expect.lost.value_or(0) < 0) throw InputError(place("lost"), "is negative: give 0 or more messages");
  if (!expect.delivered && !expect.fifo && !expect.lost) {
    throw InputError(place(""), "expects nothing: give delivered, order or lost");
  }
  if (!expect.resource.empty()) {
    check_queue(expect, place("resource"), scenario);
  } else if (expect.consumer || expect.delivered || expect.fifo) {
    throw InputError(place("resource"), "is missing: only `lost` counts over all queues");
  }
  if (expect.consumer) check_consumer(expect, place("consumer"), scenario);
}

void check(const StatusExpectation& expect, const Scenario&, const PlaceOfKey& place) {
  if (expect.status == RunStatus::kInterrupted)
    throw InputError(place("status"), "no run that is interrupted is judged: expect another status");
}

void check(const StrikeExpectation& expect, const Scenario& scenario, const PlaceOfKey& place) {
  if (!find_fault(scenario.faults, expect.fault)) {
    Names names;
    for (const Fault& fault : scenario.faults) names.push_back(fault.name);
    std::erase(names, "");
    const bool is_number =
        !expect.fault.empty() && expect.fault.find_first_not_of("0123456789") == std::string::npos;
    throw UnknownName(place("fault"), is_number
                                          ? fmt::format("there is no fault {}: there are {}, counted from 0",
                                                        expect.fault, scenario.faults.size())
                                          : fmt::format("no fault has the name '{}'{}", expect.fault,
                                                        suggestion(expect.fault, names)));
  }
  if (!expect.min && !expect.max && !expect.equals)
    throw InputError(place("struck"), "expects nothing: give min, max or equals");
  if (expect.equals && (expect.min || expect.max))
    throw InputError(place("struck"), "has `equals`, which says all: leave min and max out");
  if (expect.min && expect.max && *expect.min > *expect.max) {
    throw InputError(place("struck"), fmt::format("min {} is above max {}: no number can meet both",
                                                  *expect.min, *expect.max));
  }
  for (const auto& bound : {expect.min, expect.max, expect.equals}) {
    if (bound.value_or(0) < 0) throw InputError(place("struck"), "is negative: give 0 or more");
  }
}

}  // namespace

void check_expectation(const Expectation& expectation, const Scenario& scenario, const PlaceOfKey& place) {
  std::visit([&](const auto& what) { check(what, scenario, place); }, expectation.what);
}

}  // namespace dse
