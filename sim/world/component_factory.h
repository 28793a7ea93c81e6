// Makes the application of a scenario's component: the one table from kind to program.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "apps/app.h"
#include "apps/gateway_export.h"
#include "apps/model.h"
#include "core/random.h"
#include "sim/scenario/scenario.h"
#include "sim/world/dataset_cache.h"
#include "sim/world/scorer.h"

namespace dse {

// Opens a file of the run directory to write lines into.
using OpenLines = std::function<LineSink(const std::string& file_name)>;
// For a run that keeps no files.
OpenLines no_files();

class ComponentFactory {
 public:
  // Everything must outlive the applications made. `verdict_of` gives the sink for an ensemble's decisions,
  // `export_of` that for an export's messages. `truth_of` and `index` may be none.
  struct Parts {
    const Scenario& scenario;
    RandomStreams& random;
    DatasetCache& datasets;
    std::size_t note_state_every;  // of models: batches
    OpenLines open_lines;
    TruthSink truth;
    std::function<TruthSink(const std::string& component)> verdict_of;
    std::function<GatewayExport::Sink(const ComponentConfig& component)> export_of;
    TruthOf truth_of = {};
    IndexSink index = {};
  };
  explicit ComponentFactory(Parts parts) : parts_(std::move(parts)) {}

  // Loads the data sets it needs. Throws InputError when a file, a slice or a shape is wrong.
  std::unique_ptr<App> make(const ComponentConfig& component);

 private:
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const GeneratorConfig& config);
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const SourceConfig& config);
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const ModelConfig& config);
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const EchoConfig& config);
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const WatchConfig& config);
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const EnsembleConfig& config);
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const ExportConfig& config);
  std::unique_ptr<App> make_kind(const ComponentConfig& component, const ImportConfig& config);

  std::shared_ptr<const Dataset> dataset_of(const ComponentConfig& component);
  LearnerOptions learner_options(const ComponentConfig& component, const ModelConfig& config);
  void require_labels(const ComponentConfig& component, const ModelConfig& config, int classes);

  Parts parts_;
};

}  // namespace dse
