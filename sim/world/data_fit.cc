#include "sim/world/data_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "message/message.h"
#include "sim/world/ledger.h"

namespace dse {
namespace {

// The images that a component may send, from first to one past the last; `all` of them are sent.
struct Extent {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool all = true;
};

Extent extent_of(const std::optional<SliceConfig>& slice, const Dataset& dataset) {
  const auto size = static_cast<std::int64_t>(dataset.size());
  if (!slice) return {.first = 0, .last = size};
  return {.first = std::min(slice->first, size), .last = std::min(slice->last, size)};
}

Extent extent_of(const GeneratorConfig& config, const Dataset& dataset) {
  Extent extent = extent_of(config.slice, dataset);
  if (!config.limit || *config.limit >= extent.last - extent.first) return extent;
  if (config.shuffled) return {.first = extent.first, .last = extent.last, .all = false};
  extent.last = extent.first + *config.limit;
  return extent;
}

// Whether a message that is written to `exchange` comes into the queue of `resource`.
bool comes_into(const Scenario& scenario, const std::string& exchange, const std::string& resource,
                const MessagePtr& message) {
  if (exchange == resource) return true;
  return std::any_of(scenario.bindings.begin(), scenario.bindings.end(), [&](const BindingSpec& binding) {
    return binding.from == exchange && binding.to == resource && takes(binding, *message);
  });
}

class Fit {
 public:
  Fit(const Scenario& scenario, const ComponentConfig& model, const LearnerOptions& learner)
      : scenario_(scenario),
        model_(model),
        from_(std::get<ModelConfig>(model.kind).from),
        learner_(learner) {}

  void check(const ComponentConfig& writer, const GeneratorConfig& config, const Dataset& dataset) const {
    const Extent extent = extent_of(config, dataset);
    if (!extent.all) return;
    for (std::int64_t index = extent.first; index < extent.last; ++index) {
      const int label = dataset.label(static_cast<std::size_t>(index));
      const bool fits = has_shape(dataset) && label < learner_.classes;
      if (fits || !comes_into(scenario_, config.to, from_, labelled(label))) continue;
      if (!has_shape(dataset)) refuse_shape(writer, dataset);
      throw InputError(
          model_.place,
          fmt::format("the model was made for {} classes, but '{}' sends it more: {}: item {} has "
                      "the label {}, expected labels from 0 to {}; set `classes`",
                      learner_.classes, writer.name, config.labels, index, label, learner_.classes - 1));
    }
  }

  void check(const ComponentConfig& writer, const SourceConfig& config, const Dataset& dataset) const {
    if (has_shape(dataset)) return;
    if (comes_into(scenario_, config.to, from_, make_message({.key = config.key})))
      refuse_shape(writer, dataset);
  }

 private:
  static MessagePtr labelled(int label) {
    return make_message({.key = fmt::format("{}", label), .headers = {{"label", std::int64_t{label}}}});
  }
  bool has_shape(const Dataset& dataset) const { return dataset.image_bytes() == learner_.shape.pixels(); }
  [[noreturn]] void refuse_shape(const ComponentConfig& writer, const Dataset& dataset) const {
    throw InputError(
        model_.place,
        fmt::format("'{}' sends it images of {} x {}, but the model was made for images of {} x {}: "
                    "set `shape`, or feed it images of one size",
                    writer.name, dataset.rows(), dataset.columns(), learner_.shape.rows,
                    learner_.shape.columns));
  }

  const Scenario& scenario_;
  const ComponentConfig& model_;
  const std::string& from_;
  const LearnerOptions& learner_;
};

}  // namespace

void require_fitting_data(const Scenario& scenario, const ComponentConfig& model,
                          const LearnerOptions& learner, const DatasetOf& dataset_of) {
  const Fit fit(scenario, model, learner);
  for (const ComponentConfig& writer : scenario.components) {
    if (const auto* generator = std::get_if<GeneratorConfig>(&writer.kind))
      fit.check(writer, *generator, *dataset_of(writer));
    if (const auto* source = std::get_if<SourceConfig>(&writer.kind))
      fit.check(writer, *source, *dataset_of(writer));
  }
}

}  // namespace dse
