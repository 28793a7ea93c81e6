#include "sim/world/component_factory.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <stdexcept>

#include "apps/echo.h"
#include "apps/ensemble.h"
#include "apps/gateway_import.h"
#include "apps/production_source.h"
#include "apps/training_generator.h"
#include "apps/watch.h"
#include "core/error.h"
#include "dataset/byte_source.h"
#include "learn/saved_learner.h"
#include "sim/scenario/topology.h"

namespace dse {
namespace {

constexpr int kClassesWithoutData = 10;

struct Slice {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

Slice checked_slice(const std::optional<SliceConfig>& config, const Dataset& dataset) {
  const auto size = static_cast<std::int64_t>(dataset.size());
  if (!config) return {0, static_cast<std::uint32_t>(size)};
  if (config->last > size) {
    throw InputError(config->place, fmt::format("[{}, {}] is out of range: the file has {} images",
                                                config->first, config->last, size));
  }
  return {static_cast<std::uint32_t>(config->first), static_cast<std::uint32_t>(config->last)};
}

// The components whose data sets' payloads can reach `resource`, straight or forwarded by models.
void collect_origins(const Scenario& scenario, const std::string& resource, std::set<std::string>& visited,
                     std::vector<const ComponentConfig*>& origins) {
  if (!visited.insert(resource).second) return;
  for (const ComponentConfig* writer : writers_into(scenario, resource)) {
    if (const auto read = resource_read(*writer)) {
      collect_origins(scenario, *read, visited, origins);
    } else if (!std::holds_alternative<ImportConfig>(writer->kind)) {
      origins.push_back(writer);
    }
  }
}

// Whether every message written to `exchange` reaches the queue of `resource`.
bool gets_everything(const Scenario& scenario, const std::string& exchange, const std::string& resource) {
  if (exchange == resource) return true;
  return std::any_of(scenario.bindings.begin(), scenario.bindings.end(), [&](const BindingSpec& binding) {
    return binding.from == exchange && binding.to == resource && binding.key == "#" &&
           binding.headers.empty();
  });
}

// What is read grows in memory only as it comes, and no further than the largest learner.
SavedLearner read_saved_learner(const std::string& path) {
  constexpr std::size_t kBlockBytes = 1 << 16;
  ByteSource source(path);
  SavedLearner saved{.file = path, .bytes = ""};
  bool too_large = !source.gzipped() && source.file_bytes() > kSavedLearnerBytesMax;
  for (std::size_t got = kBlockBytes; got == kBlockBytes && !too_large;) {
    const std::size_t size = saved.bytes.size();
    saved.bytes.resize(size + kBlockBytes);
    got = source.read(std::as_writable_bytes(std::span(saved.bytes).subspan(size)));
    saved.bytes.resize(size + got);
    too_large = saved.bytes.size() > kSavedLearnerBytesMax;
  }
  if (too_large) {
    throw InputError({.file = path},
                     fmt::format("has more than {} bytes, which no learner needs", kSavedLearnerBytesMax));
  }
  return saved;
}

void load_initial(const InitialConfig& initial, const LearnerKind& kind, Learner& learner) {
  SavedLearner saved;
  try {
    saved = read_saved_learner(initial.path);
  } catch (const InputError& refusal) {
    throw InputError(initial.place,
                     fmt::format("{}; name a file that `dse replay --save-models` wrote", refusal.what()));
  }
  try {
    load_learner(saved, kind, learner);
  } catch (const InputError& refusal) {
    throw InputError(initial.place, refusal.what());
  }
}

}  // namespace

OpenLines no_files() {
  return [](const std::string&) -> LineSink { return [](std::string_view) {}; };
}

std::unique_ptr<App> ComponentFactory::make(const ComponentConfig& component) {
  return std::visit([&](const auto& config) { return make_kind(component, config); }, component.kind);
}

std::shared_ptr<const Dataset> ComponentFactory::dataset_of(const ComponentConfig& component) {
  if (const auto* generator = std::get_if<GeneratorConfig>(&component.kind)) {
    return parts_.datasets.get({generator->images, generator->labels});
  }
  const auto& source = std::get<SourceConfig>(component.kind);
  return parts_.datasets.get({source.images, source.truth});
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const GeneratorConfig& config) {
  TrainingGeneratorOptions options;
  options.dataset = dataset_of(component);
  const Slice slice = checked_slice(config.slice, *options.dataset);
  options.first = slice.first;
  options.last = slice.last;
  options.to = config.to;
  options.rate = config.rate;
  options.shuffled = config.shuffled;
  if (config.limit) options.limit = static_cast<std::uint32_t>(*config.limit);
  return std::make_unique<TrainingGenerator>(std::move(options),
                                             parts_.random.stream(component.name, "order"));
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const SourceConfig& config) {
  ProductionSourceOptions options;
  options.dataset = dataset_of(component);
  const Slice slice = checked_slice(config.slice, *options.dataset);
  options.first = slice.first;
  options.last = slice.last;
  options.to = config.to;
  options.key = config.key;
  options.rate = config.rate;
  options.arrivals = config.arrivals;
  return std::make_unique<ProductionSource>(
      std::move(options), parts_.random.stream(component.name, "arrivals"), parts_.truth, parts_.index);
}

LearnerOptions ComponentFactory::learner_options(const ComponentConfig& component,
                                                 const ModelConfig& config) {
  std::vector<const ComponentConfig*> origins;
  std::set<std::string> visited;
  collect_origins(parts_.scenario, config.from, visited, origins);
  std::optional<ImageShape> shape;
  int classes = 0;
  for (const ComponentConfig* origin : origins) {
    const std::shared_ptr<const Dataset> data = dataset_of(*origin);
    const ImageShape found{data->rows(), data->columns()};
    if (!config.shape && shape && (shape->rows != found.rows || shape->columns != found.columns)) {
      throw InputError(component.place,
                       fmt::format("images of {} x {} and of {} x {} reach it: a model takes one size",
                                   shape->rows, shape->columns, found.rows, found.columns));
    }
    shape = found;
    if (std::holds_alternative<GeneratorConfig>(origin->kind)) classes = std::max(classes, data->classes());
  }
  LearnerOptions options;
  if (config.shape) {
    shape = ImageShape{static_cast<int>(config.shape->first), static_cast<int>(config.shape->second)};
  }
  if (!shape) {
    throw InputError(component.place,
                     "no data set reaches it that would tell the size of its images: set `shape`");
  }
  options.shape = *shape;
  options.classes = static_cast<int>(config.classes.value_or(classes > 1 ? classes : kClassesWithoutData));
  require_labels(component, config, options.classes);
  for (const ComponentConfig* origin : origins) {
    const auto* source = std::get_if<SourceConfig>(&origin->kind);
    if (source != nullptr && source->truth) dataset_of(*origin)->require_labels_below(options.classes);
  }
  return options;
}

// Only of generators whose whole file reaches the model: what is cut out or selectively routed may hold fewer
// labels, and is checked when it arrives.
void ComponentFactory::require_labels(const ComponentConfig& component, const ModelConfig& config,
                                      int classes) {
  for (const ComponentConfig& writer : parts_.scenario.components) {
    const auto* generator = std::get_if<GeneratorConfig>(&writer.kind);
    if (generator == nullptr || generator->slice || generator->limit) continue;
    if (!gets_everything(parts_.scenario, generator->to, config.from)) continue;
    try {
      dataset_of(writer)->require_labels_below(classes);
    } catch (const InputError& refusal) {
      throw InputError(component.place,
                       fmt::format("the model was made for {} classes, but '{}' sends it more: {}; "
                                   "set `classes`",
                                   classes, writer.name, refusal.what()));
    }
  }
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const ModelConfig& config) {
  ModelOptions options;
  options.from = config.from;
  options.to = config.to;
  options.prefetch = parts_.scenario.prefetch_of(config.from);
  options.batch = static_cast<std::size_t>(config.batch);
  options.train_service_ns = config.train_service_ns;
  options.infer_service_ns = config.infer_service_ns;
  options.prequential = {.curve_every_ns = parts_.scenario.curve_every_ns,
                         .window = static_cast<std::size_t>(parts_.scenario.accuracy_window),
                         .fading = parts_.scenario.accuracy_fading};
  options.note_state_every = parts_.note_state_every;
  options.learner = {config.learner, learner_options(component, config)};
  std::unique_ptr<Learner> learner;
  try {
    learner = make_learner(config.learner, options.learner.options,
                           parts_.random.stream(component.name, "weights"));
  } catch (const std::invalid_argument& refusal) {
    throw InputError(component.place, refusal.what());
  }
  if (config.initial) load_initial(*config.initial, options.learner, *learner);
  return std::make_unique<Model>(std::move(options), std::move(learner));
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component, const EchoConfig& config) {
  return std::make_unique<Echo>(
      EchoOptions{config.from, parts_.scenario.prefetch_of(config.from), config.service_ns},
      parts_.open_lines(component.name + ".log"));
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const WatchConfig& config) {
  return std::make_unique<Watch>(
      WatchOptions{config.from, parts_.scenario.prefetch_of(config.from), config.service_ns},
      parts_.open_lines(component.name + ".csv"));
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const EnsembleConfig& config) {
  return std::make_unique<Ensemble>(
      EnsembleOptions{config.from, config.models, parts_.scenario.prefetch_of(config.from),
                      config.service_ns},
      parts_.open_lines(component.name + ".csv"), parts_.verdict_of(component.name), parts_.truth_of);
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const ExportConfig& config) {
  return std::make_unique<GatewayExport>(
      GatewayExportOptions{config.queue, parts_.scenario.prefetch_of(config.queue)},
      parts_.export_of(component));
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig&, const ImportConfig& config) {
  return std::make_unique<GatewayImport>(config.to);
}

}  // namespace dse
