#include "sim/world/component_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "dataset/classes.h"
#include "dse/error.h"
#include "sim/scenario/topology.h"
#include "sim/world/data_fit.h"

namespace dse {
namespace {

// Collects the components whose messages from data sets can reach `resource`, directly or
// forwarded.
void collect_origins(const Scenario& scenario, const std::string& resource, std::set<std::string>& visited,
                     std::vector<const ComponentConfig*>& origins) {
  if (!visited.insert(resource).second) return;
  for (const ComponentConfig* writer : writers_into(scenario, resource)) {
    const std::optional<std::string> read = resource_read(*writer);
    if (!read) {
      origins.push_back(writer);
    } else if (writer->component->emits().forwards) {
      collect_origins(scenario, *read, visited, origins);
    }
  }
}

// Where the scenario names this file of the component; the last of several places, because a file
// that is named twice has usually replaced the first.
InputPlace place_of(const ComponentConfig& component, const std::string& path) {
  InputPlace place = component.place;
  for (const ReadFile& file : component.component->read_files()) {
    if (file.path == path) place = file.place;
  }
  return place;
}

// Returns by which name the scenario calls a component; empty when it calls each by its own.
std::function<std::string(const std::string&)> names_in(const Scenario& scenario) {
  std::unordered_map<std::string, std::string> names;
  for (const ComponentConfig& component : scenario.components) {
    if (!component.replica_of.empty()) names.emplace(component.name, component.replica_of);
  }
  if (names.empty()) return {};
  return [names = std::move(names)](const std::string& component) {
    const auto found = names.find(component);
    return found == names.end() ? component : found->second;
  };
}

// The drifts, with their numbers and streams. A nameless one has its random stream by its place among those
// of its kind, whether they are on or not.
std::vector<ConceptDrift> drifts_in(const Scenario& scenario) {
  std::map<ConceptDriftKind, std::size_t> nameless;
  std::vector<ConceptDrift> drifts;
  for (std::size_t number = 0; number < scenario.drifts.size(); ++number) {
    ConceptDrift drift = scenario.drifts[number];
    drift.number = number;
    drift.stream = drift.name.empty()
                       ? fmt::format("drift {} {}", drift_name(drift.kind), nameless[drift.kind]++)
                       : fmt::format("drift {} '{}'", drift_name(drift.kind), drift.name);
    drifts.push_back(std::move(drift));
  }
  return drifts;
}

}  // namespace

ComponentMaker::ComponentMaker(Parts parts) : parts_(std::move(parts)), called_(names_in(parts_.scenario)) {}

OpenLines no_files() {
  return [](const std::string&) -> LineSink { return [](std::string_view) {}; };
}

std::unique_ptr<App> ComponentMaker::make_again(const ComponentConfig& component, Restart restart) {
  std::unique_ptr<App> app = component.component->make(context_of(component, restart));
  if (app == nullptr) {
    throw UsageError(
        fmt::format("the component '{}' has made no application: its function `make` must return "
                    "one",
                    component.name));
  }
  return app;
}

LineSink ComponentMaker::open_lines(const ComponentConfig& component, const std::string& ending,
                                    Restart restart) {
  const std::string file = component.name + ending;
  if (restart.number > 0) {
    if (const auto opened = lines_.find(file); opened != lines_.end()) return opened->second;
  }
  const std::vector<std::string> kept = component.component->kept_files();
  if (std::find(kept.begin(), kept.end(), ending) == kept.end()) {
    throw UsageError(
        fmt::format("the component '{}' opens {}, which kept_files() does not list: add '{}' to it",
                    component.name, file, ending));
  }
  LineSink sink = parts_.open_lines(file);
  if (!sink)
    throw UsageError(fmt::format("open_lines gave an empty function for {}: give one for lines", file));
  if (component.life.restart) lines_.insert_or_assign(file, sink);
  return sink;
}

LineSink ComponentMaker::open_protocol_log(const std::string& component, Restart restart) {
  if (!parts_.open_protocol_log) return {};
  if (restart.number > 0) return protocol_logs_[component];
  return protocol_logs_[component] = parts_.open_protocol_log(component + ".log");
}

MakeContext ComponentMaker::context_of(const ComponentConfig& component, Restart restart) {
  const std::string& name = component.name;
  const std::optional<std::string> read = resource_read(component);
  const Scenario& scenario = parts_.scenario;
  return {.name = name,
          .place = component.place,
          .prefetch = read ? scenario.prefetch_of(*read) : 0,
          .measures = {.curve_every_ns = scenario.curve_every_ns,
                       .window = static_cast<std::size_t>(scenario.accuracy_window),
                       .fading = scenario.accuracy_fading,
                       .note_state_every = parts_.note_state_every},
          .random = [&random = parts_.random, name](const std::string& purpose) -> RandomStream& {
            return random.stream(name, purpose);
          },
          .open_lines = [this, &component, restart](
                            const std::string& ending) { return open_lines(component, ending, restart); },
          .own_data = [this, &component] { return dataset_of(component); },
          .inputs = [this, &component] { return inputs_of(component); },
          .require_fitting = [this, &component](const Taken& taken) { require_fitting(component, taken); },
          .drifts = drifts_in(scenario),
          .drifted = parts_.drifted,
          .files = &parts_.datasets,
          .truth = parts_.truth,
          .index = parts_.index_of ? parts_.index_of(name) : IndexSink(),
          .truth_of = parts_.truth_of,
          .verdict = parts_.verdict_of ? parts_.verdict_of(name) : TruthSink(),
          .probabilities = parts_.probabilities,
          .leave = parts_.leave_of ? parts_.leave_of(component) : nullptr,
          .start_ns = restart.number > 0 ? restart.time_ns : component.start_ns,
          .restarts = restart.number,
          .called = called_,
          .interrupted = parts_.interrupted,
          .keep_state = parts_.keep_states,
          .open_protocol_log = [this, name, restart] { return open_protocol_log(name, restart); }};
}

// Returns null when the component has no data set. An error in a file is reported where the
// scenario names the file.
std::shared_ptr<const Dataset> ComponentMaker::dataset_of(const ComponentConfig& component) {
  try {
    return component.component->dataset(parts_.datasets);
  } catch (const InputError& refusal) {
    if (refusal.place().file == component.place.file) throw;  // it is about the scenario itself
    throw InputError(place_of(component, refusal.place().file), refusal.what());
  }
}

std::vector<const ComponentConfig*> ComponentMaker::origins_of(const ComponentConfig& component) {
  std::vector<const ComponentConfig*> origins;
  std::set<std::string> visited;
  if (const auto read = resource_read(component)) collect_origins(parts_.scenario, *read, visited, origins);
  return origins;
}

std::vector<DataInput> ComponentMaker::inputs_of(const ComponentConfig& component) {
  std::vector<DataInput> inputs;
  for (const ComponentConfig* origin : origins_of(component)) {
    if (auto data = dataset_of(*origin))
      inputs.push_back({std::move(data), origin->component->emits().labels});
  }
  return inputs;
}

void ComponentMaker::require_fitting(const ComponentConfig& component, const Taken& taken) {
  require_fitting_data(parts_.scenario, component, taken, parts_.random.seed(),
                       [this](const ComponentConfig& writer) { return dataset_of(writer); });
  require_truths(component, taken.learner.classes);
}

// The true labels of the images that reach the component; they do not travel on the bus.
void ComponentMaker::require_truths(const ComponentConfig& component, int classes) {
  for (const ComponentConfig* origin : origins_of(component)) {
    if (origin->component->emits().labels) continue;
    const std::shared_ptr<const Dataset> data = dataset_of(*origin);
    if (data == nullptr || !data->has_labels()) continue;
    try {
      data->require_labels_below(classes);
    } catch (const InputError& refusal) {
      throw InputError(place_of(*origin, data->labels_path()),
                       fmt::format("{}, as the model '{}' was made for {} classes; set its `classes`",
                                   refusal.what(), component.name, classes));
    }
  }
}

// The labels that a component writes are below this number. For messages from outside, only the
// learners that they are meant for tell anything about it.
std::int64_t ComponentMaker::classes_written_by(const ComponentConfig& component) {
  if (const auto classes = component.component->label_classes(context_of(component)))
    return classes_told_by(*classes);
  std::int64_t classes = 0;
  for (const ComponentConfig& reader : parts_.scenario.components) {
    if (!reader.component->learns()) continue;
    const std::vector<const ComponentConfig*> writers =
        writers_into(parts_.scenario, resource_read(reader).value_or(""));
    if (std::find(writers.begin(), writers.end(), &component) == writers.end()) continue;
    const std::optional<int> taken = reader.component->label_classes(context_of(reader));
    classes = std::max<std::int64_t>(classes, taken.value_or(0));
  }
  return classes > 0 ? classes : kClassesWithoutData;
}

std::vector<Fault> ComponentMaker::faults() {
  std::vector<Fault> faults = parts_.scenario.faults;
  for (Fault& fault : faults) {
    if (fault.kind != FaultKind::kMislabel || fault.classes) continue;
    for (const ComponentConfig& component : parts_.scenario.components) {
      if (component.is_called(fault.component)) fault.classes = classes_written_by(component);
    }
  }
  return faults;
}

}  // namespace dse
