#include "sim/scenario/life_cycle_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <map>
#include <set>
#include <string_view>

#include "sim/scenario/key_rules.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

LifeCycle::Restart read_restart(TableReader& table, const toml::table& node, const std::string& component) {
  TableReader restart(node, "component." + component + ".restart",
                      format_table("component").find("restart")->inner);
  LifeCycle::Restart read{.after_ns = restart.duration("after"),
                          .times = restart.integer_if_any("times"),
                          .place = table.place("restart")};
  if (read.after_ns == 0) {
    throw InputError(restart.place("after"),
                     "expected more than nothing: a crash without end would stop the clock");
  }
  restart.finish();
  return read;
}

}  // namespace

LifeCycle read_life_cycle(TableReader& table, const ComponentConfig& component) {
  LifeCycle life;
  life.stop_ns = table.duration_if_any("stop");
  if (life.stop_ns && *life.stop_ns <= component.start_ns) {
    throw InputError(table.place("stop"), fmt::format("is not after its start at {}: expected a later time",
                                                      format_duration(component.start_ns)));
  }
  if (const toml::table* node = table.table_if_any("restart"))
    life.restart = read_restart(table, *node, component.name);
  life.checkpoint_every_ns = table.duration_if_any("checkpoint");
  if (!life.checkpoint_every_ns) return life;
  const InputPlace place = table.place("checkpoint");
  if (*life.checkpoint_every_ns == 0) throw InputError(place, "expected more than nothing");
  if (!component.component->keeps_state()) {
    throw InputError(place, fmt::format("a component of the kind '{}' keeps no state: only a model or a "
                                        "program, or another kind that does, can go on from a checkpoint",
                                        component.kind));
  }
  if (!life.restart) {
    throw InputError(place, "nothing goes on from it: it needs `restart`, such as { after = \"200ms\" }");
  }
  return life;
}

std::vector<ComponentConfig> read_replicas(TableReader& table, const ComponentConfig& component) {
  const std::optional<std::int64_t> count = table.integer_if_any("count");
  if (!count) {
    check_files_free(component);
    return {component};
  }
  std::vector<ComponentConfig> replicas;
  for (std::int64_t number = 1; number <= *count; ++number) {
    ComponentConfig replica = component;
    replica.name = fmt::format("{}-{}", component.name, number);
    replica.replica_of = component.name;
    check_component_name(replica.name, table.place("count"));
    check_files_free(replica);
    replicas.push_back(std::move(replica));
  }
  return replicas;
}

void check_replica_names(const Scenario& scenario) {
  std::map<std::string, const ComponentConfig*> owners;  // by each name that means one or more of them
  for (const ComponentConfig& component : scenario.components) owners[component.table_name()] = &component;
  for (const ComponentConfig& component : scenario.components) {
    if (component.replica_of.empty()) continue;
    const auto [owner, is_free] = owners.try_emplace(component.name, &component);
    if (is_free) continue;
    InputPlace place = component.place;
    place.key += ".count";
    throw InputError(place,
                     fmt::format("makes a replica '{}', and another component has that name: give one of "
                                 "the two another",
                                 component.name));
  }
}

// A crash of one replica is enough for all of them.
void check_restarts(const Scenario& scenario) {
  std::set<std::string_view> crashed;  // the names of their tables
  for (const Fault& fault : scenario.faults) {
    if (fault.kind != FaultKind::kCrash) continue;
    for (const ComponentConfig& component : scenario.components) {
      if (component.is_called(fault.component)) crashed.insert(component.table_name());
    }
  }
  for (const ComponentConfig& component : scenario.components) {
    if (!component.life.restart || crashed.contains(component.table_name())) continue;
    throw InputError(
        component.life.restart->place,
        fmt::format("nothing crashes '{}': expected a [[fault]] with kind = \"crash\" and its name, "
                    "or no `restart`",
                    component.table_name()));
  }
}

}  // namespace dse
