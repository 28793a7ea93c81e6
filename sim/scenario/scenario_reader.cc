#include "sim/scenario/scenario_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/names.h"
#include "dse/hash.h"
#include "sim/scenario/component_reader.h"
#include "sim/scenario/data_reader.h"
#include "sim/scenario/drawn_time_reader.h"
#include "sim/scenario/drift_reader.h"
#include "sim/scenario/expectation_reader.h"
#include "sim/scenario/fault_reader.h"
#include "sim/scenario/gateway_reader.h"
#include "sim/scenario/gathered_errors.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/keys_reader.h"
#include "sim/scenario/life_cycle_reader.h"
#include "sim/scenario/nesting.h"
#include "sim/scenario/resource_reader.h"
#include "sim/scenario/scenario_file.h"
#include "sim/scenario/scenario_text.h"
#include "sim/scenario/settings.h"
#include "sim/scenario/table_reader.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_graph.h"
#include "sim/scenario/user_reader.h"

namespace dse {
namespace {

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

// Reads a binding for every pair of `from` and `to`.
void read_binding(const toml::table& node, std::size_t number, std::vector<BindingSpec>& bindings) {
  TableReader table(node, fmt::format("binding.{}", number), format_table("binding"));
  const std::vector<std::string> from = table.texts("from");
  const std::vector<std::string> to = table.texts("to");
  BindingSpec binding;
  binding.key = binding_key(table);
  binding.headers = table.headers_if_any("headers");
  binding.match = table.choice_or("match", 0) == 0 ? HeaderMatch::kAll : HeaderMatch::kAny;
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

// A pattern is nothing to a direct exchange, and '#' is what a binding has that gives no key.
void check_key_of_direct(const toml::table& node, std::size_t number, const Scenario& scenario) {
  TableReader table(node, fmt::format("binding.{}", number), format_table("binding"));
  if (table.has("key")) return;
  for (const std::string& from : table.texts("from")) {
    const auto exchange = scenario.exchanges.find(from);
    if (exchange == scenario.exchanges.end() || exchange->second.type != ExchangeType::kDirect) continue;
    throw InputError(table.place("key"), fmt::format("is missing: the direct exchange '{}' takes only "
                                                     "messages whose key is that of the binding",
                                                     from));
  }
}

// The components that a component names must write answers. Replicas are named together: each answers only
// some of the messages.
void check_named(const ComponentConfig& component, const Scenario& scenario) {
  const Named named = component.component->named();
  if (named.components.empty()) return;
  std::vector<std::string> models;
  for (const ComponentConfig& one : scenario.components) {
    if (one.component->emits().answers) models.push_back(one.table_name());
  }
  for (const std::string& model : named.components) {
    if (std::find(models.begin(), models.end(), model) != models.end()) continue;
    InputPlace place = component.place;
    place.key += "." + named.key;
    throw UnknownName(place, fmt::format("no model is named '{}'{}", model, suggestion(model, models)));
  }
}

void read_metrics(TableReader& metrics, Scenario& scenario) {
  scenario.curve_every_ns = metrics.duration_or("every", scenario.curve_every_ns);
  if (scenario.curve_every_ns == 0) throw InputError(metrics.place("every"), "expected more than nothing");
  scenario.accuracy_window = metrics.integer_or("window", scenario.accuracy_window);
  scenario.accuracy_fading = metrics.number_if_any("fading").value_or(scenario.accuracy_fading);
  if (scenario.accuracy_fading <= 0 || scenario.accuracy_fading > 1) {
    throw InputError(
        metrics.place("fading"),
        fmt::format("{} is out of range: expected more than 0, and at most 1, which forgets nothing",
                    scenario.accuracy_fading));
  }
  metrics.finish();
}

TimeNs read_heartbeat(TableReader& bus) {
  const TimeNs heartbeat_ns = bus.duration_or("heartbeat", kHeartbeatNs);
  if (heartbeat_ns > kHeartbeatMaxNs) {
    throw InputError(bus.place("heartbeat"),
                     fmt::format("{} is out of range: expected at most 65535s, or 0s for none",
                                 format_duration(heartbeat_ns)));
  }
  return heartbeat_ns;
}

void read_root(TableReader& root, Scenario& scenario, GatheredErrors& errors) {
  scenario.title = scenario.name;
  errors.attempt([&] { scenario.title = root.line_if_any("title").value_or(scenario.name); });
  errors.attempt([&] { scenario.seed = static_cast<std::uint64_t>(root.integer_or("seed", 1)); });
  errors.attempt([&] { scenario.ordering = static_cast<std::uint64_t>(root.integer_or("ordering", 0)); });
  errors.attempt([&] {
    if (root.text_or("until", "drained") != "drained") scenario.until_ns = root.duration_or("until", 0);
  });
  errors.attempt([&] {
    const toml::table* node = root.table_if_any("bus");
    if (node == nullptr) return;
    TableReader bus(*node, "bus", format_table("bus"));
    const auto latency = drawn_time_if_any(bus, "latency").value_or(DrawnTime());
    if (latency.is_constant()) {
      scenario.latency_ns = latency.time_ns;
    } else {
      scenario.varied_latency = latency;
    }
    scenario.heartbeat_ns = read_heartbeat(bus);
    bus.finish();
  });
  scenario.curve_every_ns = 100'000'000;
  errors.attempt([&] {
    const toml::table* node = root.table_if_any("metrics");
    if (node == nullptr) return;
    TableReader metrics(*node, "metrics", format_table("metrics"));
    read_metrics(metrics, scenario);
  });
}

// Reads each of the root's tables [[key]], or [key.NAME], by itself.
template <typename Read>
void read_each(TableReader& root, std::string_view key, GatheredErrors& errors, const Read& read) {
  errors.attempt([&] {
    std::size_t number = 0;
    for (const toml::table* node : root.tables(key)) {
      errors.attempt_reference([&] { read(*node, number); });
      ++number;
    }
  });
}
template <typename Read>
void read_each_named(TableReader& root, std::string_view key, GatheredErrors& errors, const Read& read) {
  errors.attempt([&] {
    for (const auto& [name, node] : root.named_tables(key)) {
      errors.attempt_reference([&, &name = name, &node = node] { read(name, *node); });
    }
  });
}

Scenario scenario_of(const toml::table& file, const std::string& path, const Tables& tables,
                     std::uint64_t text_hash) {
  Scenario scenario;
  scenario.path = path;
  scenario.name = std::filesystem::path(path).stem().string();
  scenario.text_hash = text_hash;

  GatheredErrors errors;
  TableReader root(file, "", format_table(""));
  read_root(root, scenario, errors);
  read_each_named(root, "resource", errors, [&](const std::string& name, const toml::table& node) {
    scenario.resources.emplace(name, read_resource(name, node));
  });
  read_each_named(root, "exchange", errors, [&](const std::string& name, const toml::table& node) {
    scenario.exchanges.emplace(name, read_exchange(name, node));
  });
  read_each(root, "binding", errors, [&](const toml::table& node, std::size_t number) {
    read_binding(node, number, scenario.bindings);
  });
  for (BindingSpec& binding : scenario.bindings) {
    const bool is_queue = !scenario.exchanges.contains(binding.to) || scenario.resources.contains(binding.to);
    if (!is_queue) binding.target = BindingTarget::kExchange;
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  read_each_named(root, "data", errors, [&](const std::string& name, const toml::table& node) {
    scenario.data.emplace(name, read_data(name, node, folder));
  });
  read_each_named(root, "user", errors, [&](const std::string& name, const toml::table& node) {
    scenario.users.emplace(name, read_user(name, node));
  });
  errors.names_are_read();  // a data set that is wrong is not missing as well
  const ReadingPlace reading{.folder = folder,
                             .tables = tables,
                             .data = scenario.data,
                             .named_data = scenario.named_data,
                             .users = scenario.users};
  read_each_named(root, "component", errors, [&](const std::string& name, const toml::table& node) {
    for (ComponentConfig& component : read_components(name, node, reading))
      scenario.components.push_back(std::move(component));
  });
  errors.attempt([&] {
    if (const toml::table* gateway = root.table_if_any("gateway")) read_gateway(*gateway, reading, scenario);
  });
  errors.attempt([&] { check_replica_names(scenario); });
  const bool has_no_users = scenario.components.empty() && exchanges_written(scenario).empty();
  if (errors.names_are_read() && has_no_users) {
    throw InputError({.file = path},
                     "has no [component.NAME], and no [resource.NAME] with `clients`: nothing would happen");
  }
  const TopologyGraph graph(scenario);
  read_each_named(root, "resource", errors, [&](const std::string& name, const toml::table& node) {
    check_resource(name, node, scenario, graph);
  });
  read_each(root, "binding", errors, [&](const toml::table& node, std::size_t number) {
    check_key_of_direct(node, number, scenario);
  });
  std::string checked;  // replicas name the same
  for (const ComponentConfig& component : scenario.components) {
    if (std::exchange(checked, component.table_name()) == component.table_name()) continue;
    errors.attempt_reference([&] { check_named(component, scenario); });
  }
  read_each(root, "drift", errors, [&](const toml::table& node, std::size_t number) {
    scenario.drifts.push_back(read_drift(node, number, scenario));
  });
  read_each(root, "fault", errors, [&](const toml::table& node, std::size_t number) {
    Fault& fault = scenario.faults.emplace_back();  // also if it is wrong: expectations name it
    read_fault(node, number, scenario, fault);
  });
  errors.attempt_reference([&] { check_restarts(scenario); });
  read_each(root, "expect", errors, [&](const toml::table& node, std::size_t number) {
    scenario.expectations.push_back(read_expectation(node, number, scenario));
  });
  errors.attempt([&] { root.finish(); });
  errors.finish();
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

std::string scenario_text_with(const std::string& path, const std::vector<std::string>& settings) {
  return scenario_text(table_of(read_scenario_file(path), path, settings));
}

Scenario read_scenario(const std::string& path, const Tables& tables,
                       const std::vector<std::string>& settings) {
  const std::string text = read_scenario_file(path);
  Hasher hasher;
  hasher.add(std::string_view(text));
  for (const std::string& setting : settings) hasher.add(std::string_view(setting));
  return scenario_of(table_of(text, path, settings), path, tables, hasher.digest());
}

Scenario parse_scenario(const std::string& text, const std::string& path, const Tables& tables) {
  return scenario_of(parse(text, path), path, tables, hash_text(text));
}

}  // namespace dse
