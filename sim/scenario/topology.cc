#include "sim/scenario/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/printable.h"
#include "sim/scenario/scenario_text.h"

namespace dse {

// Written so that 7 and "7" look different, and nothing breaks the line.
std::string condition_text(const std::string& name, const HeaderValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return fmt::format("{} = {}", is_bare_key(name) ? name : quoted_text(name),
                     text == nullptr ? to_text(value) : quoted_text(*text));
}

std::string binding_text(const BindingSpec& binding) {
  std::string text = fmt::format("{} -> {}  key {}", binding.from, binding.to, binding.key);
  if (binding.headers.empty()) return text;
  std::vector<std::string> conditions;
  for (const auto& [name, value] : binding.headers) conditions.push_back(condition_text(name, value));
  return text + fmt::format("  headers {} of {{ {} }}", binding.match == HeaderMatch::kAll ? "all" : "any",
                            fmt::join(conditions, ", "));
}

namespace {

// Resources by what a scenario does with them; gathered once, as there may be many.
struct Uses {
  std::set<std::string> read;
  std::set<std::string> written;
  std::set<std::string> bound_from;
  std::set<std::string> bound_to;
  std::set<std::string> reached;  // by messages that some component writes

  explicit Uses(const Scenario& scenario) {
    for (const ComponentConfig& component : scenario.components) {
      if (auto resource = resource_read(component)) read.insert(std::move(*resource));
      for (std::string& resource : resources_written(component)) written.insert(std::move(resource));
    }
    reached = written;
    for (const BindingSpec& binding : scenario.bindings) {
      bound_from.insert(binding.from);
      bound_to.insert(binding.to);
      if (written.contains(binding.from)) reached.insert(binding.to);
    }
  }
};

std::string names(const std::vector<const ComponentConfig*>& components) {
  std::vector<std::string> list;
  for (const ComponentConfig* component : components) list.push_back(component->name);
  return fmt::format("{}", fmt::join(list, ", "));
}

// "written by a, b and fed by bindings from x"
std::string sources_text(const Scenario& scenario, const std::string& resource) {
  std::vector<const ComponentConfig*> writers;
  for (const ComponentConfig& component : scenario.components) {
    if (writes_to(component, resource)) writers.push_back(&component);
  }
  std::vector<std::string> exchanges = exchanges_into(scenario, resource);
  std::erase(exchanges, resource);
  if (exchanges.empty()) return "written by " + (writers.empty() ? "nobody" : names(writers));
  return fmt::format("{}fed by bindings from {}",
                     writers.empty() ? "" : "written by " + names(writers) + " and ",
                     fmt::join(exchanges, ", "));
}

}  // namespace

std::vector<std::string> exchanges_into(const Scenario& scenario, const std::string& resource) {
  std::vector<std::string> exchanges = {resource};
  for (const BindingSpec& binding : scenario.bindings) {
    if (binding.to != resource) continue;
    if (std::find(exchanges.begin(), exchanges.end(), binding.from) == exchanges.end()) {
      exchanges.push_back(binding.from);
    }
  }
  return exchanges;
}

std::vector<const ComponentConfig*> writers_into(const Scenario& scenario, const std::string& resource) {
  const std::vector<std::string> exchanges = exchanges_into(scenario, resource);
  std::vector<const ComponentConfig*> writers;
  for (const ComponentConfig& component : scenario.components) {
    const bool writes = std::any_of(exchanges.begin(), exchanges.end(), [&](const std::string& exchange) {
      return writes_to(component, exchange);
    });
    if (writes) writers.push_back(&component);
  }
  return writers;
}

std::vector<const ComponentConfig*> readers_of(const Scenario& scenario, const std::string& resource) {
  std::vector<const ComponentConfig*> readers;
  for (const ComponentConfig& component : scenario.components) {
    if (resource_read(component) == resource) readers.push_back(&component);
  }
  return readers;
}

std::vector<std::string> topology_warnings(const Scenario& scenario) {
  const Uses uses(scenario);
  std::vector<std::string> warnings;
  for (const ComponentConfig& component : scenario.components) {
    if (const auto read = resource_read(component); read && !uses.reached.contains(*read)) {
      warnings.push_back(
          fmt::format("component '{}' reads '{}', which nobody writes", component.name, *read));
    }
    for (const std::string& written : resources_written(component)) {
      if (uses.bound_from.contains(written) || uses.read.contains(written)) continue;
      warnings.push_back(
          fmt::format("component '{}' writes '{}', which nobody reads: its messages are unroutable",
                      component.name, written));
    }
  }
  for (const std::string& resource : resource_names(scenario)) {
    if (uses.bound_to.contains(resource) && !uses.read.contains(resource)) {
      warnings.push_back(
          fmt::format("queue '{}' has bindings but nobody streams it: its messages will pile up", resource));
    }
  }
  return warnings;
}

std::vector<std::string> import_warnings(const Scenario& scenario) {
  std::vector<std::string> warnings;
  for (const ComponentConfig& component : scenario.components) {
    if (!is_import(component)) continue;
    warnings.push_back(fmt::format(
        "nothing comes from the import '{}': that takes a broker (dse attach), or a capture of an "
        "attached run (dse replay --capture)",
        component.name));
  }
  return warnings;
}

std::string topology_text(const Scenario& scenario) {
  std::string text = fmt::format("{}: {}\n", scenario.path, scenario.title);
  text += fmt::format("  seed {}, until {}, latency {} each way\n", scenario.seed,
                      scenario.until_ns ? format_duration(*scenario.until_ns) : "drained",
                      drawn_time_text(latency_of(scenario)));
  text += "  components\n";
  for (const ComponentConfig& component : scenario.components) {
    text += fmt::format("    {:<16} {:<18}", component.name, component.kind);
    if (const auto read = resource_read(component)) text += fmt::format(" streams {}", *read);
    const std::vector<std::string> written = resources_written(component);
    if (!written.empty()) text += fmt::format(" writes {}", fmt::join(written, ", "));
    if (component.start_ns > 0) text += fmt::format(" from {}", format_duration(component.start_ns));
    if (component.latency) text += fmt::format(" latency {}", drawn_time_text(*component.latency));
    text += '\n';
  }
  text += "  resources\n";
  for (const std::string& resource : resource_names(scenario)) {
    const auto readers = readers_of(scenario, resource);
    text += fmt::format("    {:<16} {}; streamed by {}", resource, sources_text(scenario, resource),
                        readers.empty() ? "nobody" : names(readers));
    if (!readers.empty()) text += fmt::format(", prefetch {}", scenario.prefetch_of(resource));
    text += '\n';
  }
  if (!scenario.bindings.empty()) text += "  bindings\n";
  for (const BindingSpec& binding : scenario.bindings) text += fmt::format("    {}\n", binding_text(binding));
  return text;
}

}  // namespace dse
