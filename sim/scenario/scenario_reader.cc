#include "sim/scenario/scenario_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/hash.h"
#include "core/names.h"
#include "sim/scenario/component_reader.h"
#include "sim/scenario/expectation_reader.h"
#include "sim/scenario/fault_reader.h"
#include "sim/scenario/gateway_reader.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/keys_reader.h"
#include "sim/scenario/nesting.h"
#include "sim/scenario/settings.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

constexpr std::size_t kFileBytesMax = 4 << 20;

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
      check_resource_name(exchange, table.place("from"));
      check_resource_name(queue, table.place("to"));
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
    check_resource_name(name, table.place());
    ResourceConfig config;
    config.prefetch =
        static_cast<std::uint32_t>(table.integer_or("prefetch", config.prefetch, 0, UINT16_MAX));
    table.finish();
    scenario.resources.emplace(name, config);
  }
}

Scenario scenario_of(const toml::table& file, const std::string& path, std::uint64_t text_hash) {
  Scenario scenario;
  scenario.path = path;
  scenario.name = std::filesystem::path(path).stem().string();
  scenario.text_hash = text_hash;

  TableReader root(file, "");
  read_root(root, scenario);
  read_resources(root, scenario);
  std::size_t number = 0;
  for (const toml::table* node : root.tables("binding")) read_binding(*node, number++, scenario.bindings);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (const auto& [name, node] : root.named_tables("component")) {
    scenario.components.push_back(read_component(name, *node, folder));
  }
  if (const toml::table* gateway = root.table_if_any("gateway")) read_gateway(*gateway, scenario);
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
  scenario.keys = std::make_shared<const ScenarioKeys>(read_keys(file));
  scenario.hash = hash_of(*scenario.keys);
  return scenario;
}

toml::table table_of(const std::string& text, const std::string& path,
                     const std::vector<std::string>& settings) {
  check_nesting(text, path);
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
