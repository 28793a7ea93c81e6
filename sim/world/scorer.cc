#include "sim/world/scorer.h"

#include <utility>

namespace dse {

Scorer::Scorer(const Scenario& scenario)
    : options_{.curve_every_ns = scenario.curve_every_ns,
               .window = static_cast<std::size_t>(scenario.accuracy_window),
               .fading = scenario.accuracy_fading} {
  for (const ComponentConfig& component : scenario.components) {
    if (!component.replica_of.empty()) replica_of_.emplace(component.name, component.replica_of);
  }
}

std::optional<int> Scorer::truth(const std::string& message_id) const {
  const auto found = truth_.find(message_id);
  if (found == truth_.end()) return std::nullopt;
  return found->second;
}

void Scorer::add_probabilities(const Message& answer, std::span<const double> probabilities) {
  if (!truth_.contains(answer.correlation_id())) return;
  probabilities_.insert_or_assign(answer.id(),
                                  std::vector<double>(probabilities.begin(), probabilities.end()));
}

void Scorer::score_answer(const RunEvent& event) {
  const Message& message = **event.message;
  const std::int64_t* label = message.headers().find_integer("label");
  if (label == nullptr) return;
  const auto told = probabilities_.extract(message.id());
  const std::string component(event.component());
  score(event.time_ns,
        {.component = component,
         .message_id = message.correlation_id(),
         .label = *label,
         .probabilities = told ? std::span<const double>(told.mapped()) : std::span<const double>()});
}

void Scorer::score(TimeNs time_ns, const Answer& answer) {
  const std::optional<int> label = truth(answer.message_id);
  if (!label) return;
  const LabelledPrediction scored = {
      .time_ns = time_ns, .truth = *label, .predicted = answer.label, .probabilities = answer.probabilities};
  figures_.try_emplace(answer.component, options_).first->second.add(scored);
  const auto replica = replica_of_.find(answer.component);
  if (replica == replica_of_.end()) return;
  of_replicas_.try_emplace(replica->second, options_).first->second.add(scored);
}

void add_metrics(const Scorer& scorer, std::map<std::string, double>& metrics) {
  for (const auto* by_name : {&scorer.figures(), &scorer.figures_of_replicas()}) {
    for (const auto& [name, figures] : *by_name) {
      for (const Metric& metric : figures.metrics(name + ".")) metrics[metric.name] = metric.value;
    }
  }
}

void add_curves(const Scorer& scorer, std::vector<CurveRow>& curves) {
  for (const auto& [name, figures] : scorer.figures()) {
    for (CurvePoint& point : figures.curves(""))
      curves.push_back({point.time_ns, name, std::move(point.metric), point.value});
  }
}

void add_confusion(const Scorer& scorer, std::vector<ConfusionRow>& rows) {
  for (const auto& [name, figures] : scorer.figures()) {
    for (const ConfusionCell& cell : figures.confusion_cells())
      rows.push_back({name, ConfusionRow::Of::kArrival, cell});
  }
}

void add_classes(const Scorer& scorer, std::vector<ClassRow>& rows) {
  for (const auto& [name, figures] : scorer.figures()) {
    for (const ClassCell& cell : figures.classes()) rows.push_back({name, ConfusionRow::Of::kArrival, cell});
  }
}

}  // namespace dse
