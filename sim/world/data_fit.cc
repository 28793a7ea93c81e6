#include "sim/world/data_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "concept_drift/class_swap.h"
#include "dse/error.h"
#include "dse/message.h"
#include "kinds/item_data.h"
#include "learn/input_words.h"
#include "sim/world/ledger.h"

namespace dse {
namespace {

// Whether a message that is written to `exchange` gets into the queue of `resource`.
bool comes_into(const Scenario& scenario, const std::string& exchange, const std::string& resource,
                const Message& message) {
  if (exchange == resource) return true;
  return std::any_of(scenario.bindings.begin(), scenario.bindings.end(), [&](const BindingSpec& binding) {
    return binding.from == exchange && binding.to == resource && takes(binding, message);
  });
}

MessagePtr message_of(const Sample& sample) {
  MessageFields fields{.key = sample.key};
  if (sample.label) fields.headers.set("label", std::int64_t{*sample.label});
  return make_message(std::move(fields));
}

class Fit {
 public:
  Fit(const Scenario& scenario, const ComponentConfig& model, const Taken& taken)
      : scenario_(scenario),
        model_(model),
        from_(resource_read(model).value_or("")),
        learner_(taken.learner),
        takes_late_labels_(taken.late_labels) {}

  // Checks one kind of message that the writer makes from its data.
  void check(const ComponentConfig& writer, const Sample& sample, const Dataset& dataset) const {
    if (sample.late_to && !takes_late_labels_ && sends_into(writer, from_, sample))
      refuse_late_labels(writer);
    if (fits(sample, dataset) || !sends_into(writer, from_, sample)) return;
    if (!has_shape(dataset)) refuse_shape(writer, dataset);
    throw InputError(
        model_.place,
        fmt::format("the model was made for {} classes, but '{}' sends it more: {}, "
                    "expected labels from 0 to {}; set `classes`",
                    learner_.classes, writer.name, label_text(sample, dataset), learner_.classes - 1));
  }

  // Checks an unlabelled message, which another component answers and passes on.
  void check_forwarded(const ComponentConfig& writer, const Sample& sample, const ComponentConfig& between,
                       const Dataset& dataset) const {
    if (sample.label || has_shape(dataset)) return;
    const std::vector<std::string> written = resources_written(between);
    const bool passes = std::any_of(written.begin(), written.end(), [this](const std::string& exchange) {
      return gets_everything(exchange);
    });
    if (passes && sends_into(writer, resource_read(between).value_or(""), sample))
      refuse_shape(writer, dataset);
  }

 private:
  // Which label that is, and where.
  static std::string label_text(const Sample& sample, const Dataset& dataset) {
    if (dataset.class_names().empty())
      return fmt::format("{}: item {} has the label {}", dataset.labels_path(), sample.index, *sample.label);
    return fmt::format("{} has the class '{}', whose label is {}", dataset.path(),
                       dataset.class_names()[static_cast<std::size_t>(*sample.label)], *sample.label);
  }
  bool sends_into(const ComponentConfig& writer, const std::string& resource, const Sample& sample) const {
    const MessagePtr message = message_of(sample);
    std::vector<std::string> written = resources_written(writer);
    if (sample.late_to) written = {*sample.late_to};
    return std::any_of(written.begin(), written.end(), [&](const std::string& exchange) {
      return comes_into(scenario_, exchange, resource, *message);
    });
  }
  bool fits(const Sample& sample, const Dataset& dataset) const {
    return has_shape(dataset) && (!sample.label || *sample.label < learner_.classes);
  }
  // Whether the model gets all messages written to `exchange`, whatever label another model gives
  // them.
  bool gets_everything(const std::string& exchange) const {
    if (exchange == from_) return true;
    return std::any_of(scenario_.bindings.begin(), scenario_.bindings.end(), [&](const BindingSpec& binding) {
      return binding.from == exchange && binding.to == from_ && binding.key == "#" && binding.headers.empty();
    });
  }
  bool has_shape(const Dataset& dataset) const {
    return dataset.features() == learner_.features && dataset.item_bytes() == learner_.input_bytes();
  }
  [[noreturn]] void refuse_late_labels(const ComponentConfig& writer) const {
    throw InputError(model_.place, fmt::format("the labels of '{}' come to it after their messages, and it "
                                               "remembers none of these: set `label_window`",
                                               writer.name));
  }
  [[noreturn]] void refuse_shape(const ComponentConfig& writer, const Dataset& dataset) const {
    if (dataset.features() > 0 || !learner_.takes_images()) {
      throw InputError(
          model_.place,
          fmt::format("'{}' sends it {}, but the model was made for {}: set `features`, or `shape` "
                      "for images, or feed it rows of one size",
                      writer.name, input_words({dataset.rows(), dataset.columns()}, dataset.features()),
                      input_words(learner_.shape, learner_.features)));
    }
    throw InputError(
        model_.place,
        fmt::format("'{}' sends it images of {} x {}, but the model was made for images of {} x {}: "
                    "set `shape`, or feed it images of one size",
                    writer.name, dataset.rows(), dataset.columns(), learner_.shape.rows,
                    learner_.shape.columns));
  }

  const Scenario& scenario_;
  const ComponentConfig& model_;
  const std::string from_;
  const LearnerOptions& learner_;
  const bool takes_late_labels_;
};

// What the writer sends, before and after its classes have swapped their labels.
std::vector<Sample> samples_of(const ComponentConfig& writer, const Scenario& scenario,
                               const Dataset& dataset, std::uint64_t seed) {
  std::vector<Sample> samples = writer.component->samples(dataset, {.name = writer.name, .seed = seed});
  for (const ConceptDrift& drift : scenario.drifts) {
    const bool swaps = drift.on && drift.kind == ConceptDriftKind::kClassSwap &&
                       std::any_of(drift.components.begin(), drift.components.end(),
                                   [&](const std::string& name) { return writer.is_called(name); });
    for (std::size_t at = 0, before = samples.size(); swaps && at < before; ++at) {
      Sample sample = samples[at];
      if (!sample.label || swapped_label(drift.classes, *sample.label) == *sample.label) continue;
      sample.label = swapped_label(drift.classes, *sample.label);
      sample.key = key_of_label(*sample.label);
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

}  // namespace

void require_fitting_data(const Scenario& scenario, const ComponentConfig& model, const Taken& taken,
                          std::uint64_t seed, const DatasetOf& dataset_of) {
  const Fit fit(scenario, model, taken);
  for (const ComponentConfig& writer : scenario.components) {
    const std::shared_ptr<const Dataset> dataset = dataset_of(writer);
    if (dataset == nullptr) continue;
    for (const Sample& sample : samples_of(writer, scenario, *dataset, seed)) {
      fit.check(writer, sample, *dataset);
      for (const ComponentConfig& between : scenario.components) {
        if (between.component->emits().forwards) fit.check_forwarded(writer, sample, between, *dataset);
      }
    }
  }
}

}  // namespace dse
