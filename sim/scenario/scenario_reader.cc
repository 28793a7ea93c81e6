#include "sim/scenario/scenario_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "core/hash.h"
#include "core/names.h"
#include "learn/learner.h"
#include "sim/scenario/expectation_reader.h"
#include "sim/scenario/fault_reader.h"
#include "sim/scenario/settings.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

constexpr std::int64_t kCountMax = 1'000'000'000;
constexpr std::size_t kFileBytesMax = 4 << 20;
constexpr int kDotsOfLineMax = 100;

std::string read_file(const std::string& path) {
  std::error_code ignored;  // opening tells what is wrong
  if (std::filesystem::is_directory(path, ignored))
    throw InputError({.file = path}, "is a folder, not a scenario file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError({.file = path}, fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string text(kFileBytesMax + 1, '\0');  // a device or a pipe may go on forever
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kFileBytesMax) {
    throw InputError({.file = path},
                     fmt::format("has more than {} bytes: not a scenario file", kFileBytesMax));
  }
  return text;
}

// Each dot of a key is a table within a table, and the parser calls itself for each: thousands exhaust its
// stack.
void check_nesting(const std::string& text, const std::string& path) {
  int line = 1;
  int dots = 0;
  for (char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '.' && ++dots > kDotsOfLineMax) {
      throw InputError(
          {.file = path, .line = line, .column = 1},
          fmt::format("more than {} dots in one line: no key of a scenario is that deep", kDotsOfLineMax));
    }
  }
}

toml::table parse(const std::string& text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError({.file = path,
                      .line = static_cast<int>(error.source().begin.line),
                      .column = static_cast<int>(error.source().begin.column)},
                     fmt::format("not a TOML file: {}", error.description()));
  }
}

// Names become parts of metric names, routing keys and file names.
void check_name(const std::string& name, const InputPlace& place, bool dots_allowed) {
  const auto allowed = [dots_allowed](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || (dots_allowed && c == '.');
  };
  constexpr std::size_t kLongestName = 200;
  if (name.empty() || name.size() > kLongestName || !std::all_of(name.begin(), name.end(), allowed)) {
    throw InputError(place, fmt::format("'{}' is not a name: expected 1 to {} letters, digits, - and _{}",
                                        name, kLongestName, dots_allowed ? " and ." : ""));
  }
}

// As short as AMQP has it, and without what would break a line of a log.
std::string routing_key(TableReader& table, std::string fallback) {
  constexpr std::size_t kBytesMax = 255;
  std::string key = table.text_or("key", std::move(fallback));
  if (key.size() > kBytesMax || has_control_characters(key)) {
    throw InputError(table.place("key"),
                     fmt::format("is not a routing key: expected at most {} bytes and no control "
                                 "characters",
                                 kBytesMax));
  }
  return key;
}

std::string resource_of(TableReader& table, std::string_view key) {
  std::string name = table.text(key);
  check_name(name, table.place(key), true);
  return name;
}

class Reader {
 public:
  explicit Reader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  ComponentConfig component(const std::string& name, const toml::table& node) const;

 private:
  using KindReader = std::function<KindConfig(const Reader&, TableReader&)>;
  struct Kind {
    std::string name;
    KindReader read;
  };
  static const std::vector<Kind>& kinds();

  GeneratorConfig generator(TableReader& table) const;
  SourceConfig source(TableReader& table) const;
  ModelConfig model(TableReader& table) const;
  template <typename Config>
  Config consumer(TableReader& table) const;
  EnsembleConfig ensemble(TableReader& table) const;

  std::string data_path(const std::string& path) const {
    return (folder_ / path).lexically_normal().string();
  }
  std::optional<SliceConfig> slice(TableReader& table) const;

  std::filesystem::path folder_;
};

const std::vector<Reader::Kind>& Reader::kinds() {
  static const std::vector<Kind> table = {
      {"training-generator", [](const Reader& reader, TableReader& node) { return reader.generator(node); }},
      {"production-source", [](const Reader& reader, TableReader& node) { return reader.source(node); }},
      {"model", [](const Reader& reader, TableReader& node) { return reader.model(node); }},
      {"echo", [](const Reader& reader, TableReader& node) { return reader.consumer<EchoConfig>(node); }},
      {"watch", [](const Reader& reader, TableReader& node) { return reader.consumer<WatchConfig>(node); }},
      {"ensemble", [](const Reader& reader, TableReader& node) { return reader.ensemble(node); }},
  };
  return table;
}

ComponentConfig Reader::component(const std::string& name, const toml::table& node) const {
  TableReader table(node, "component." + name);
  check_name(name, table.place(), false);
  // Consumers keep what they get in files of their own names.
  if (name == "metrics" || name == "predictions") {
    throw InputError(table.place(),
                     fmt::format("the name is taken: {}.csv is a file of runs; choose another", name));
  }
  ComponentConfig config{.name = name, .place = table.place()};
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) names.push_back(kind.name);
  const std::size_t kind = table.choice("kind", names);
  config.start_ns = table.duration_or("start", 0);
  config.kind = kinds()[kind].read(*this, table);
  table.finish();
  return config;
}

std::optional<SliceConfig> Reader::slice(TableReader& table) const {
  const auto pair = table.pair_if_any("slice");
  if (!pair) return std::nullopt;
  if (pair->first < 0 || pair->second <= pair->first) {
    throw InputError(table.place("slice"),
                     fmt::format("[{}, {}] is not a slice: expected the first index and one "
                                 "past the last",
                                 pair->first, pair->second));
  }
  return SliceConfig{pair->first, pair->second, table.place("slice")};
}

GeneratorConfig Reader::generator(TableReader& table) const {
  GeneratorConfig config;
  config.images = data_path(table.text("images"));
  config.labels = data_path(table.text("labels"));
  config.to = resource_of(table, "to");
  config.rate = table.rate("rate");
  config.shuffled = table.choice_or("order", {"shuffled", "file"}, 0) == 0;
  config.limit = table.integer_if_any("limit", 0, kCountMax);
  config.slice = slice(table);
  return config;
}

SourceConfig Reader::source(TableReader& table) const {
  SourceConfig config;
  config.images = data_path(table.text("images"));
  if (const auto truth = table.text_if_any("truth")) config.truth = data_path(*truth);
  config.to = resource_of(table, "to");
  config.key = routing_key(table, "");
  config.rate = table.rate("rate");
  config.arrivals =
      table.choice_or("arrivals", {"regular", "poisson"}, 0) == 0 ? Arrivals::kRegular : Arrivals::kPoisson;
  config.slice = slice(table);
  return config;
}

ModelConfig Reader::model(TableReader& table) const {
  ModelConfig config;
  const std::vector<std::string> learners(learner_names().begin(), learner_names().end());
  config.learner = learners[table.choice("learner", learners)];
  config.from = resource_of(table, "from");
  config.to = resource_of(table, "to");
  config.batch = table.integer_or("batch", config.batch, 1, 4096);
  if (const toml::table* node = table.table_if_any("service")) {
    TableReader service(*node, table.place().key + ".service");
    config.train_service_ns = service.duration_or("train", 0);
    config.infer_service_ns = service.duration_or("infer", 0);
    service.finish();
  }
  config.shape = table.pair_if_any("shape");
  constexpr std::int64_t kSideMax = 4096;
  if (config.shape && (std::min(config.shape->first, config.shape->second) < 1 ||
                       std::max(config.shape->first, config.shape->second) > kSideMax)) {
    throw InputError(table.place("shape"), fmt::format("expected rows and columns from 1 to {}", kSideMax));
  }
  config.classes = table.integer_if_any("classes", 2, 256);
  if (const auto initial = table.text_if_any("initial")) {
    config.initial = InitialConfig{data_path(*initial), table.place("initial")};
  }
  return config;
}

template <typename Config>
Config Reader::consumer(TableReader& table) const {
  Config config;
  config.from = resource_of(table, "from");
  config.service_ns = table.duration_or("service", 0);
  return config;
}

EnsembleConfig Reader::ensemble(TableReader& table) const {
  auto config = consumer<EnsembleConfig>(table);
  config.models = table.texts("models");
  for (auto model = config.models.begin(); model != config.models.end(); ++model) {
    if (std::find(config.models.begin(), model, *model) == model) continue;
    throw InputError(table.place("models"), fmt::format("names '{}' twice: a model has one vote", *model));
  }
  return config;
}

// Every pair of `from` and `to`.
void read_binding(const toml::table& node, std::size_t number, std::vector<BindingSpec>& bindings) {
  TableReader table(node, fmt::format("binding.{}", number));
  const std::vector<std::string> from = table.texts("from");
  const std::vector<std::string> to = table.texts("to");
  BindingSpec binding;
  binding.key = routing_key(table, "#");
  binding.headers = table.headers_if_any("headers");
  binding.match = table.choice_or("match", {"all", "any"}, 0) == 0 ? HeaderMatch::kAll : HeaderMatch::kAny;
  if (binding.headers.empty() && node.contains("match")) {
    throw InputError(table.place("match"), "says how headers match, but there are no headers");
  }
  table.finish();
  for (const std::string& exchange : from) {
    for (const std::string& queue : to) {
      check_name(exchange, table.place("from"), true);
      check_name(queue, table.place("to"), true);
      binding.from = exchange;
      binding.to = queue;
      bindings.push_back(binding);
    }
  }
}

// Options for a resource that nothing else names are a slip of the pen.
void check_resources(TableReader& root, const Scenario& scenario) {
  Scenario without_options = scenario;
  without_options.resources.clear();
  const std::vector<std::string> used = resource_names(without_options);
  for (const auto& [name, node] : root.named_tables("resource")) {
    if (std::find(used.begin(), used.end(), name) != used.end()) continue;
    throw InputError(place_of(*node, "resource." + name),
                     fmt::format("nothing writes, binds or streams '{}'{}", name, suggestion(name, used)));
  }
}

void check_ensembles(const Scenario& scenario) {
  std::vector<std::string> models;
  for (const ComponentConfig& component : scenario.components) {
    if (std::holds_alternative<ModelConfig>(component.kind)) models.push_back(component.name);
  }
  for (const ComponentConfig& component : scenario.components) {
    const auto* ensemble = std::get_if<EnsembleConfig>(&component.kind);
    if (ensemble == nullptr) continue;
    for (const std::string& model : ensemble->models) {
      if (std::find(models.begin(), models.end(), model) != models.end()) continue;
      InputPlace place = component.place;
      place.key += ".models";
      throw InputError(place, fmt::format("no model is named '{}'{}", model, suggestion(model, models)));
    }
  }
}

void read_metrics(TableReader& metrics, Scenario& scenario) {
  constexpr std::int64_t kWindowMax = 1'000'000;
  scenario.curve_every_ns = metrics.duration_or("every", scenario.curve_every_ns);
  if (scenario.curve_every_ns == 0) throw InputError(metrics.place("every"), "expected more than nothing");
  scenario.accuracy_window = metrics.integer_or("window", scenario.accuracy_window, 1, kWindowMax);
  scenario.accuracy_fading = metrics.number_if_any("fading").value_or(scenario.accuracy_fading);
  if (scenario.accuracy_fading <= 0 || scenario.accuracy_fading > 1) {
    throw InputError(
        metrics.place("fading"),
        fmt::format("{} is out of range: expected more than 0, and at most 1, which forgets nothing",
                    scenario.accuracy_fading));
  }
  metrics.finish();
}

void read_root(TableReader& root, Scenario& scenario) {
  scenario.title = root.text_or("title", scenario.name);
  if (has_control_characters(scenario.title)) {
    throw InputError(root.place("title"), "holds control characters: expected one line of text");
  }
  scenario.seed = static_cast<std::uint64_t>(root.integer_or("seed", 1, 0, INT64_MAX));
  scenario.ordering = static_cast<std::uint64_t>(root.integer_or("ordering", 0, 0, INT64_MAX));
  if (root.text_or("until", "drained") != "drained") scenario.until_ns = root.duration_or("until", 0);
  if (const toml::table* node = root.table_if_any("bus")) {
    TableReader bus(*node, "bus");
    scenario.latency_ns = bus.duration_or("latency", 0);
    bus.finish();
  }
  scenario.curve_every_ns = 100'000'000;
  if (const toml::table* node = root.table_if_any("metrics")) {
    TableReader metrics(*node, "metrics");
    read_metrics(metrics, scenario);
  }
}

void read_resources(TableReader& root, Scenario& scenario) {
  for (const auto& [name, node] : root.named_tables("resource")) {
    TableReader table(*node, "resource." + name);
    check_name(name, table.place(), true);
    ResourceConfig config;
    config.prefetch =
        static_cast<std::uint32_t>(table.integer_or("prefetch", config.prefetch, 0, UINT16_MAX));
    table.finish();
    scenario.resources.emplace(name, config);
  }
}

Scenario scenario_of(const toml::table& file, const std::string& path, std::uint64_t hash) {
  Scenario scenario;
  scenario.path = path;
  scenario.name = std::filesystem::path(path).stem().string();
  scenario.file_hash = hash;

  TableReader root(file, "");
  read_root(root, scenario);
  read_resources(root, scenario);
  std::size_t number = 0;
  for (const toml::table* node : root.tables("binding")) read_binding(*node, number++, scenario.bindings);
  const Reader reader(std::filesystem::path(path).parent_path());
  for (const auto& [name, node] : root.named_tables("component")) {
    scenario.components.push_back(reader.component(name, *node));
  }
  check_resources(root, scenario);
  if (scenario.components.empty())
    throw InputError({.file = path}, "has no [component.NAME]: nothing would happen");
  check_ensembles(scenario);
  number = 0;
  for (const toml::table* node : root.tables("fault")) {
    scenario.faults.push_back(read_fault(*node, number++, scenario));
  }
  number = 0;
  for (const toml::table* node : root.tables("expect")) {
    scenario.expectations.push_back(read_expectation(*node, number++, scenario));
  }
  root.finish();
  return scenario;
}

toml::table table_of(const std::string& text, const std::string& path,
                     const std::vector<std::string>& settings) {
  check_nesting(text, path);
  for (const std::string& setting : settings) check_nesting(setting, "--set");
  toml::table file = parse(text, path);
  apply_settings(file, settings);
  return file;
}

}  // namespace

toml::table read_scenario_table(const std::string& path, const std::vector<std::string>& settings) {
  return table_of(read_file(path), path, settings);
}

Scenario read_scenario(const std::string& path, const std::vector<std::string>& settings) {
  const std::string text = read_file(path);
  Hasher hasher;
  hasher.add(std::string_view(text));
  for (const std::string& setting : settings) hasher.add(std::string_view(setting));
  return scenario_of(table_of(text, path, settings), path, hasher.digest());
}

Scenario parse_scenario(const std::string& text, const std::string& path) {
  return scenario_of(parse(text, path), path, hash_text(text));
}

}  // namespace dse
