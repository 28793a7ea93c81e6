#include "sim/world/scorer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

namespace dse {
namespace {

// The number in its header `confidence`; empty when there is none.
std::optional<double> confidence_of(const Message& answer) {
  const HeaderValue* value = answer.headers().find("confidence");
  const double* number = value == nullptr ? nullptr : std::get_if<double>(value);
  // Beside one that is no number, others would have no order.
  return number == nullptr || !std::isfinite(*number) ? std::nullopt : std::optional<double>(*number);
}

}  // namespace

Scorer::Scorer(const Scenario& scenario)
    : options_{.curve_every_ns = scenario.curve_every_ns,
               .window = static_cast<std::size_t>(scenario.accuracy_window),
               .fading = scenario.accuracy_fading} {
  for (const ComponentConfig& component : scenario.components) {
    if (!component.replica_of.empty()) replica_of_.emplace(component.name, component.replica_of);
  }
}

std::optional<int> Scorer::truth(const std::string& message_id) const {
  const auto found = asked_.find(message_id);
  if (found == asked_.end()) return std::nullopt;
  return found->second.label;
}

void Scorer::add_index(const std::string& message_id, const std::string& source, std::uint32_t index) {
  const auto found = asked_.find(message_id);
  if (found == asked_.end()) return;
  found->second.source = &*sources_.insert(source).first;
  found->second.index = index;
}

void Scorer::add_probabilities(const Message& answer, std::span<const double> probabilities) {
  if (!asked_.contains(answer.correlation_id())) return;
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
         .probabilities = told ? std::span<const double>(told.mapped()) : std::span<const double>(),
         .id = message.id(),
         .confidence = confidence_of(message)});
}

// Few answers are wrong with more confidence than those that are kept, so their order costs little.
void Scorer::keep_wrong(TimeNs time_ns, const Answer& answer, const Asked& asked) {
  std::vector<WrongAnswer>& kept = wrong_[answer.component];
  const auto place = std::find_if(kept.rbegin(), kept.rend(), [&answer](const WrongAnswer& one) {
                       return one.confidence >= *answer.confidence;
                     }).base();
  if (place == kept.end() && kept.size() == kWrongAnswersKept) return;
  WrongAnswer wrong{.time_ns = time_ns,
                    .component = answer.component,
                    .message = std::string(answer.id),
                    .answers = answer.message_id,
                    .label = answer.label,
                    .truth = asked.label,
                    .confidence = *answer.confidence,
                    .source = asked.source == nullptr ? "" : *asked.source};
  if (asked.source != nullptr) wrong.index = asked.index;
  kept.insert(place, std::move(wrong));
  if (kept.size() > kWrongAnswersKept) kept.pop_back();
}

std::vector<WrongAnswer> Scorer::wrong_answers() const {
  std::vector<WrongAnswer> all;
  for (const auto& [component, kept] : wrong_) all.insert(all.end(), kept.begin(), kept.end());
  return all;
}

void Scorer::score(TimeNs time_ns, const Answer& answer) {
  const auto asked = asked_.find(answer.message_id);
  if (asked == asked_.end()) return;
  const int truth = asked->second.label;
  const LabelledPrediction scored = {
      .time_ns = time_ns, .truth = truth, .predicted = answer.label, .probabilities = answer.probabilities};
  if (answer.label != truth && answer.confidence) keep_wrong(time_ns, answer, asked->second);
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
