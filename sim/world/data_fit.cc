#include "sim/world/data_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "message/message.h"
#include "sim/world/ledger.h"

namespace dse {
namespace {

struct Extent {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // one past
};

Extent extent_of(const std::optional<SliceConfig>& slice, const Dataset& dataset) {
  const auto size = static_cast<std::uint32_t>(dataset.size());
  if (!slice) return {.first = 0, .last = size};
  const auto within = [size](std::int64_t index) {
    return static_cast<std::uint32_t>(std::min<std::int64_t>(index, size));
  };
  return {.first = within(slice->first), .last = within(slice->last)};
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

  // `seed` is the run's: a shuffled generator with a limit sends what it draws.
  void check(const ComponentConfig& writer, const GeneratorConfig& config, const Dataset& dataset,
             std::uint64_t seed) const {
    const Extent extent = extent_of(config.slice, dataset);
    const std::uint32_t count = extent.last - extent.first;
    const std::uint32_t sent =
        config.limit ? static_cast<std::uint32_t>(std::min<std::int64_t>(*config.limit, count)) : count;
    std::vector<std::uint32_t> order;
    if (config.shuffled && sent < count) order = RandomStream(seed, writer.name, "order").permutation(count);
    for (std::uint32_t place = 0; place < sent; ++place)
      check_image(writer, config, dataset, extent.first + (order.empty() ? place : order[place]));
  }

  void check(const ComponentConfig& writer, const SourceConfig& config, const Dataset& dataset) const {
    if (has_shape(dataset)) return;
    if (comes_into(scenario_, config.to, from_, make_message({.key = config.key})))
      refuse_shape(writer, dataset);
  }

  // What that source sends, another model predicts, and passes on.
  void check_forwarded(const ComponentConfig& writer, const SourceConfig& config, const ModelConfig& between,
                       const Dataset& dataset) const {
    if (has_shape(dataset) || !gets_everything(between.to)) return;
    if (comes_into(scenario_, config.to, between.from, make_message({.key = config.key})))
      refuse_shape(writer, dataset);
  }

 private:
  static MessagePtr labelled(int label) {
    return make_message({.key = fmt::format("{}", label), .headers = {{"label", std::int64_t{label}}}});
  }
  void check_image(const ComponentConfig& writer, const GeneratorConfig& config, const Dataset& dataset,
                   std::uint32_t index) const {
    const int label = dataset.label(index);
    const bool fits = has_shape(dataset) && label < learner_.classes;
    if (fits || !comes_into(scenario_, config.to, from_, labelled(label))) return;
    if (!has_shape(dataset)) refuse_shape(writer, dataset);
    throw InputError(
        model_.place,
        fmt::format(
            "the model was made for {} classes, but '{}' sends it more: {}: item {} has the label {}, "
            "expected labels from 0 to {}; set `classes`",
            learner_.classes, writer.name, config.labels, index, label, learner_.classes - 1));
  }
  // Whatever the label that another model gives it.
  bool gets_everything(const std::string& exchange) const {
    if (exchange == from_) return true;
    return std::any_of(scenario_.bindings.begin(), scenario_.bindings.end(), [&](const BindingSpec& binding) {
      return binding.from == exchange && binding.to == from_ && binding.key == "#" && binding.headers.empty();
    });
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
                          const LearnerOptions& learner, std::uint64_t seed, const DatasetOf& dataset_of) {
  const Fit fit(scenario, model, learner);
  for (const ComponentConfig& writer : scenario.components) {
    if (const auto* generator = std::get_if<GeneratorConfig>(&writer.kind))
      fit.check(writer, *generator, *dataset_of(writer), seed);
    const auto* source = std::get_if<SourceConfig>(&writer.kind);
    if (source == nullptr) continue;
    fit.check(writer, *source, *dataset_of(writer));
    for (const ComponentConfig& between : scenario.components) {
      const auto* other = std::get_if<ModelConfig>(&between.kind);
      if (other != nullptr) fit.check_forwarded(writer, *source, *other, *dataset_of(writer));
    }
  }
}

}  // namespace dse
