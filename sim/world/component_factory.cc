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
#include "sim/scenario/run_files.h"
#include "sim/scenario/topology.h"
#include "sim/world/data_fit.h"

namespace dse {
namespace {

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

// The files of a component's data, and where the scenario names them.
struct DataFiles {
  const std::string& images;
  std::optional<std::string> labels;
  const InputPlace& images_place;
  const InputPlace& labels_place;
};

DataFiles data_files(const ComponentConfig& component) {
  if (const auto* generator = std::get_if<GeneratorConfig>(&component.kind)) {
    return {generator->images, generator->labels, generator->images_place, generator->labels_place};
  }
  const auto& source = std::get<SourceConfig>(component.kind);
  return {source.images, source.truth, source.images_place, source.truth_place};
}

// One more than the largest label, unless that tells nothing.
std::int64_t classes_of(int from_data) { return from_data > 1 ? from_data : kClassesWithoutData; }

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

// What is read grows in memory only as it comes, and no further than the largest learner.
SavedLearner read_saved_learner(const std::string& path, DatasetCache& files) {
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
  files.note_digest(path, source.digest());
  return saved;
}

void load_initial(const InitialConfig& initial, const LearnerKind& kind, DatasetCache& files,
                  Learner& learner) {
  SavedLearner saved;
  try {
    saved = read_saved_learner(initial.path, files);
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

// What is wrong with a file is told where the scenario names it.
std::shared_ptr<const Dataset> ComponentFactory::dataset_of(const ComponentConfig& component) {
  const DataFiles files = data_files(component);
  try {
    return parts_.datasets.get({files.images, files.labels});
  } catch (const InputError& refusal) {
    const bool is_of_labels = files.labels && refusal.place().file == *files.labels;
    throw InputError(is_of_labels ? files.labels_place : files.images_place, refusal.what());
  }
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
  options.classes = static_cast<int>(config.classes.value_or(classes_of(classes)));
  return options;
}

// The truths of sources whose images reach the model.
void ComponentFactory::require_truths(const ComponentConfig& model, const ModelConfig& config, int classes) {
  std::vector<const ComponentConfig*> origins;
  std::set<std::string> visited;
  collect_origins(parts_.scenario, config.from, visited, origins);
  for (const ComponentConfig* origin : origins) {
    const auto* source = std::get_if<SourceConfig>(&origin->kind);
    if (source == nullptr || !source->truth) continue;
    try {
      dataset_of(*origin)->require_labels_below(classes);
    } catch (const InputError& refusal) {
      throw InputError(source->truth_place,
                       fmt::format("{}, as the model '{}' was made for {} classes; set its `classes`",
                                   refusal.what(), model.name, classes));
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
  if (config.initial) load_initial(*config.initial, options.learner, parts_.datasets, *learner);
  require_fitting_data(parts_.scenario, component, options.learner.options, parts_.random.seed(),
                       [this](const ComponentConfig& writer) { return dataset_of(writer); });
  require_truths(component, config, options.learner.options.classes);
  return std::make_unique<Model>(std::move(options), std::move(learner));
}

// Labels that a component writes are below this. Of what comes from outside nothing is known but which models
// it is meant for.
std::int64_t ComponentFactory::classes_written_by(const ComponentConfig& component) {
  if (std::holds_alternative<GeneratorConfig>(component.kind))
    return classes_of(dataset_of(component)->classes());
  if (const auto* model = std::get_if<ModelConfig>(&component.kind))
    return learner_options(component, *model).classes;
  std::int64_t classes = 0;
  for (const ComponentConfig& reader : parts_.scenario.components) {
    const auto* model = std::get_if<ModelConfig>(&reader.kind);
    if (model == nullptr) continue;
    const std::vector<const ComponentConfig*> writers = writers_into(parts_.scenario, model->from);
    if (std::find(writers.begin(), writers.end(), &component) == writers.end()) continue;
    classes = std::max<std::int64_t>(classes, learner_options(reader, *model).classes);
  }
  return classes > 0 ? classes : kClassesWithoutData;
}

std::vector<FaultConfig> ComponentFactory::faults() {
  std::vector<FaultConfig> faults = parts_.scenario.faults;
  for (FaultConfig& fault : faults) {
    if (fault.kind != FaultKind::kMislabel || fault.classes) continue;
    for (const ComponentConfig& component : parts_.scenario.components) {
      if (component.name == fault.component) fault.classes = classes_written_by(component);
    }
  }
  return faults;
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component, const EchoConfig& config) {
  return std::make_unique<Echo>(
      EchoOptions{config.from, parts_.scenario.prefetch_of(config.from), config.service_ns},
      parts_.open_lines(log_file(component.name)));
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const WatchConfig& config) {
  return std::make_unique<Watch>(
      WatchOptions{config.from, parts_.scenario.prefetch_of(config.from), config.service_ns},
      parts_.open_lines(table_file(component.name)));
}

std::unique_ptr<App> ComponentFactory::make_kind(const ComponentConfig& component,
                                                 const EnsembleConfig& config) {
  return std::make_unique<Ensemble>(
      EnsembleOptions{config.from, config.models, parts_.scenario.prefetch_of(config.from),
                      config.service_ns},
      parts_.open_lines(table_file(component.name)), parts_.verdict_of(component.name), parts_.truth_of);
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
