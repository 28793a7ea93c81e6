#include "sim/scenario/scenario.h"

#include <algorithm>
#include <set>

namespace dse {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;  // clang 14 does not deduce it by itself

}  // namespace

std::uint32_t Scenario::prefetch_of(const std::string& resource) const {
  const auto found = resources.find(resource);
  return found == resources.end() ? ResourceConfig{}.prefetch : found->second.prefetch;
}

std::optional<std::string> resource_read(const ComponentConfig& component) {
  if (const auto* model = std::get_if<ModelConfig>(&component.kind)) return model->from;
  if (const auto* echo = std::get_if<EchoConfig>(&component.kind)) return echo->from;
  if (const auto* watch = std::get_if<WatchConfig>(&component.kind)) return watch->from;
  if (const auto* ensemble = std::get_if<EnsembleConfig>(&component.kind)) return ensemble->from;
  if (const auto* exported = std::get_if<ExportConfig>(&component.kind)) return exported->queue;
  return std::nullopt;
}

std::optional<std::string> resource_written(const ComponentConfig& component) {
  if (const auto* generator = std::get_if<GeneratorConfig>(&component.kind)) return generator->to;
  if (const auto* source = std::get_if<SourceConfig>(&component.kind)) return source->to;
  if (const auto* model = std::get_if<ModelConfig>(&component.kind)) return model->to;
  if (const auto* imported = std::get_if<ImportConfig>(&component.kind)) return imported->to;
  return std::nullopt;
}

bool gets_messages(const ComponentConfig& component) {
  return resource_read(component).has_value() || std::holds_alternative<ImportConfig>(component.kind);
}

std::string source_of(const ComponentConfig& component) {
  if (const auto* imported = std::get_if<ImportConfig>(&component.kind))
    return imported->queue.empty() ? imported->exchange : imported->queue;
  return resource_read(component).value_or("");
}

std::string kind_name(const ComponentConfig& component) {
  return std::visit(
      Overloaded{[](const GeneratorConfig&) { return "training-generator"; },
                 [](const SourceConfig&) { return "production-source"; },
                 [](const ModelConfig&) { return "model"; }, [](const EchoConfig&) { return "echo"; },
                 [](const WatchConfig&) { return "watch"; }, [](const EnsembleConfig&) { return "ensemble"; },
                 [](const ExportConfig&) { return "gateway-export"; },
                 [](const ImportConfig&) { return "gateway-import"; }},
      component.kind);
}

namespace {

using MetricNames = std::vector<std::string>;

// What the programs count, and what is scored.
MetricNames own_metric_names(const ComponentConfig& component) {
  return std::visit(Overloaded{[](const GeneratorConfig&) { return MetricNames{"sent"}; },
                               [](const SourceConfig&) { return MetricNames{"sent"}; },
                               [](const ModelConfig&) {
                                 return MetricNames{"trained",
                                                    "predicted",
                                                    "accuracy",
                                                    "prequential_accuracy",
                                                    "prequential_accuracy_window",
                                                    "prequential_accuracy_faded"};
                               },
                               [](const EnsembleConfig&) {
                                 return MetricNames{"received", "decided", "undecided", "accuracy"};
                               },
                               [](const ConsumerConfig&) { return MetricNames{"received"}; },
                               [](const ExportConfig&) {
                                 return MetricNames{"exported", "nacked", "republished", "unroutable"};
                               },
                               [](const ImportConfig&) {
                                 return MetricNames{"imported", "duplicates"};
                               }},
                    component.kind);
}

// A metric's name without that of what it measures.
std::string_view own_name(std::string_view metric) { return metric.substr(metric.rfind('.') + 1); }

bool is_stay_time(std::string_view name) {
  return name.find("wait_p") != std::string_view::npos || name.find("sojourn_p") != std::string_view::npos;
}

}  // namespace

std::vector<std::string> metric_names(const ComponentConfig& component) {
  MetricNames names = own_metric_names(component);
  if (gets_messages(component)) names.emplace_back("refused");
  if (!resource_read(component)) return names;
  names.insert(names.end(), {"latency_p50_ns", "latency_p99_ns"});
  const bool is_model = std::holds_alternative<ModelConfig>(component.kind);
  for (const std::string& work : is_model ? MetricNames{"train_", "infer_"} : MetricNames{""}) {
    for (const char* what : {"wait", "sojourn"}) {
      for (const char* quantile : {"_p50_ns", "_p99_ns", "_p999_ns"}) names.push_back(work + what + quantile);
    }
  }
  names.push_back("unhandled");
  return names;
}

std::vector<std::string> resource_metric_names() {
  return {"max_depth", "max_unacknowledged", "mean_depth", "not_received"};
}

bool has_curve(std::string_view metric) {
  const std::string_view name = own_name(metric);
  return name == "accuracy" || name.starts_with("prequential_accuracy") || is_stay_time(name) ||
         name == "max_unacknowledged" || name == "mean_depth";
}

bool measured_on_nodes(std::string_view metric) {
  const std::string_view name = own_name(metric);
  const std::vector<std::string> of_resources = resource_metric_names();
  if (name == "not_received") return true;
  return name != "unhandled" &&
         std::find(of_resources.begin(), of_resources.end(), name) == of_resources.end();
}

std::vector<std::string> resource_names(const Scenario& scenario) {
  std::set<std::string> names;
  for (const auto& [name, options] : scenario.resources) names.insert(name);
  for (const BindingSpec& binding : scenario.bindings) names.insert({binding.from, binding.to});
  for (const ComponentConfig& component : scenario.components) {
    if (const auto read = resource_read(component)) names.insert(*read);
    if (const auto written = resource_written(component)) names.insert(*written);
  }
  return {names.begin(), names.end()};
}

}  // namespace dse
