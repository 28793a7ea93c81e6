#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "measure/prequential_figures.h"

namespace dse {
namespace {

using Names = std::vector<std::string>;

// Adds how long messages wait and stay. With all of it, the line of a report would be too long: nothing waits
// for a model to learn, and the slowest messages say enough.
void add_stays(bool learns, std::vector<MetricInfo>& metrics) {
  for (const std::string& work : learns ? Names{"train_", "infer_"} : Names{""}) {
    for (const std::string what : {"wait", "sojourn"}) {
      for (const std::string quantile : {"p50", "p99", "p999"}) {
        const bool shown = what == "sojourn" && quantile != "p999" && (work != "train_" || quantile != "p50");
        metrics.push_back({.name = fmt::format("{}{}_{}_ns", work, what, quantile),
                           .unit = "ns",
                           .curve = true,
                           .shown = shown ? MetricShown::kAlways : MetricShown::kNever});
      }
    }
  }
}

bool has_metric(const std::vector<MetricInfo>& metrics, std::string_view name) {
  return std::any_of(metrics.begin(), metrics.end(),
                     [name](const MetricInfo& one) { return one.name == name; });
}

// What answers and verdicts are worth.
std::vector<MetricInfo> metrics_of_scores(const Emits& emits) {
  return PrequentialFigures::metric_infos("", emits.probabilities
                                                  ? PrequentialFigures::Probabilities::kSome
                                                  : PrequentialFigures::Probabilities::kNever);
}

}  // namespace

std::uint32_t Scenario::prefetch_of(const std::string& resource) const {
  const auto found = resources.find(resource);
  return found == resources.end() ? ResourceConfig{}.prefetch : found->second.prefetch;
}

DrawnTime latency_of(const Scenario& scenario) {
  return scenario.varied_latency.value_or(DrawnTime::constant(scenario.latency_ns));
}

std::optional<std::string> resource_read(const ComponentConfig& component) {
  return component.component->ports().reads;
}

std::vector<std::string> resources_written(const ComponentConfig& component) {
  return component.component->ports().writes;
}

bool writes_to(const ComponentConfig& component, std::string_view resource) {
  const std::vector<std::string> written = resources_written(component);
  return std::find(written.begin(), written.end(), resource) != written.end();
}

bool gets_messages(const ComponentConfig& component) {
  return resource_read(component).has_value() || is_import(component);
}

std::string source_of(const ComponentConfig& component) {
  const Ports ports = component.component->ports();
  if (ports.from_outside)
    return ports.from_outside->queue.empty() ? ports.from_outside->exchange : ports.from_outside->queue;
  return ports.reads.value_or("");
}

bool is_import(const ComponentConfig& component) {
  return component.component->ports().from_outside.has_value();
}
bool is_export(const ComponentConfig& component) {
  return component.component->ports().to_outside.has_value();
}

std::vector<MetricInfo> metrics_of_life(const ComponentConfig& component) {
  if (!component.life.restart) return {};
  std::vector<MetricInfo> metrics = {
      {.name = std::string(kRestarts), .on_nodes = false, .shown = MetricShown::kWhenNotZero}};
  if (component.component->keeps_state()) {
    metrics.push_back({.name = std::string(kForgotten),
                       .unit = "messages",
                       .on_nodes = false,
                       .shown = MetricShown::kWhenNotZero});
  }
  return metrics;
}

std::vector<MetricInfo> metrics_of(const ComponentConfig& component) {
  std::vector<MetricInfo> metrics = component.component->metrics();
  const Emits emits = component.component->emits();
  if (emits.answers || has_metric(metrics, "accuracy")) {
    for (MetricInfo& figure : metrics_of_scores(emits)) {
      if (!has_metric(metrics, figure.name)) metrics.push_back(std::move(figure));
    }
  }
  if (gets_messages(component))
    metrics.push_back({.name = "refused", .unit = "messages", .shown = MetricShown::kWhenNotZero});
  for (MetricInfo& metric : metrics_of_life(component)) metrics.push_back(std::move(metric));
  if (!resource_read(component)) return metrics;
  for (const char* name : {"latency_p50_ns", "latency_p99_ns"})
    metrics.push_back({.name = name, .unit = "ns"});
  add_stays(component.component->learns(), metrics);
  metrics.push_back({.name = std::string(kUnhandled),
                     .unit = "messages",
                     .on_nodes = false,
                     .shown = MetricShown::kWhenNotZero});
  return metrics;
}

// Quantiles cannot be added, and neither can what learners know.
std::vector<MetricInfo> metrics_of_replicas(const ComponentConfig& replica) {
  std::vector<MetricInfo> metrics = metrics_of(replica);
  const std::vector<MetricInfo> scores = metrics_of_scores(replica.component->emits());
  std::erase_if(metrics, [&scores](const MetricInfo& metric) {
    return metric.unit != "messages" && !has_metric(scores, metric.name);
  });
  for (MetricInfo& metric : metrics) metric.curve = false;
  return metrics;
}

// A real broker does not show how full a queue was.
std::vector<MetricInfo> metrics_of_resources() {
  return {{.name = "dead_lettered", .unit = "messages", .on_nodes = false},
          {.name = "dropped", .unit = "messages", .on_nodes = false},
          {.name = "expired", .unit = "messages", .on_nodes = false},
          {.name = "nacked", .unit = "messages", .on_nodes = false},
          {.name = "max_depth", .unit = "messages", .on_nodes = false},
          {.name = "max_unacknowledged", .unit = "messages", .curve = true, .on_nodes = false},
          {.name = "mean_depth", .unit = "messages", .curve = true, .on_nodes = false},
          {.name = "not_received", .unit = "messages"}};
}

std::vector<std::string> metric_names(const Scenario& scenario, bool with_curve) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& owner, const std::vector<MetricInfo>& metrics) {
    for (const MetricInfo& metric : metrics) {
      if (!with_curve || metric.curve) names.push_back(owner + "." + metric.name);
    }
  };
  std::string replicas;
  for (const ComponentConfig& component : scenario.components) {
    add(component.name, metrics_of(component));
    if (component.replica_of.empty() || component.replica_of == replicas) continue;
    replicas = component.replica_of;
    add(replicas, metrics_of_replicas(component));
  }
  for (const std::string& resource : resource_names(scenario)) add(resource, metrics_of_resources());
  return names;
}

std::optional<MetricInfo> find_metric(const Scenario& scenario, std::string_view metric) {
  const std::size_t dot = metric.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view owner = metric.substr(0, dot);
  const auto among = [name = metric.substr(dot + 1)](const std::vector<MetricInfo>& metrics) {
    const auto found =
        std::find_if(metrics.begin(), metrics.end(), [&](const MetricInfo& one) { return one.name == name; });
    return found == metrics.end() ? std::nullopt : std::optional(*found);
  };
  for (const ComponentConfig& component : scenario.components) {
    if (!component.is_called(owner)) continue;
    const bool alone = component.name == owner;
    if (const auto found = among(alone ? metrics_of(component) : metrics_of_replicas(component)))
      return found;
    if (!alone) break;
  }
  const std::vector<std::string> resources = resource_names(scenario);
  if (std::find(resources.begin(), resources.end(), owner) == resources.end()) return std::nullopt;
  return among(metrics_of_resources());
}

std::vector<std::string> resource_names(const Scenario& scenario) {
  std::set<std::string> names;
  for (const auto& [name, options] : scenario.resources) {
    names.insert(name);
    if (options.alternate) names.insert(*options.alternate);
    if (!options.queue.dead_letter) continue;
    const DeadLetterTarget& target = *options.queue.dead_letter;
    if (!target.exchange.empty()) names.insert(target.exchange);
    if (target.exchange.empty() && target.key) names.insert(*target.key);
  }
  for (const auto& [name, options] : scenario.exchanges) {
    names.insert(name);
    if (options.alternate) names.insert(*options.alternate);
  }
  for (const BindingSpec& binding : scenario.bindings) names.insert({binding.from, binding.to});
  for (const ComponentConfig& component : scenario.components) {
    if (const auto read = resource_read(component)) names.insert(*read);
    for (const std::string& written : resources_written(component)) names.insert(written);
  }
  return {names.begin(), names.end()};
}

}  // namespace dse
