#include "sim/scenario/component_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <set>
#include <vector>

#include "component/component_keys.h"
#include "core/check.h"
#include "core/names.h"
#include "sim/scenario/drawn_time_reader.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/life_cycle_reader.h"

namespace dse {
namespace {

// The kinds that appear in [component.NAME].
std::vector<std::string> kind_names(const KindTable& kinds) {
  std::vector<std::string> names;
  for (const Kind& kind : kinds.all()) {
    if (kind.place == KindPlace::kComponent) names.push_back(kind.name);
  }
  return names;
}

// Each metric is looked up by its name.
void check_metrics(const ComponentConfig& config) {
  std::set<std::string> names;
  for (const MetricInfo& metric : metrics_of(config)) {
    if (!names.insert(metric.name).second) {
      throw InputError(config.place,
                       fmt::format("has a metric '{}' twice: every component, or one of its kind, "
                                   "has one of that name already; choose another",
                                   metric.name));
    }
  }
}

std::string known_user(const std::string& user, const ReadingPlace& reading, const InputPlace& place) {
  if (reading.users.contains(user)) return user;
  std::vector<std::string> names;
  for (const auto& [name, permissions] : reading.users) names.push_back(name);
  const std::string hint = names.empty() ? ": [user.NAME] says what one may do" : suggestion(user, names);
  throw UnknownName(place, fmt::format("the scenario has no user '{}'{}", user, hint));
}

}  // namespace

std::shared_ptr<const Component> read_kind(const Kind& kind, const KeyReader::Source& values,
                                           const InputPlace& place) {
  std::shared_ptr<const Component> component = kind.read(KeyReader(kind.keys, values));
  if (component == nullptr) {
    throw UsageError("the kind '" + kind.name +
                     "' has read a component and made none of it: its function `read` must return one");
  }
  check_ports(*component, place);
  return component;
}

std::vector<ComponentConfig> read_components(const std::string& name, const toml::table& node,
                                             const ReadingPlace& reading) {
  TableReader table(node, "component." + name, format_table("component"));
  check_component_name(name, table.place());
  ComponentConfig config{.name = name, .place = table.place()};
  const std::vector<std::string> kinds = kind_names(reading.tables.kinds);
  config.kind = kinds[table.choice("kind", kinds)];
  config.start_ns = table.duration_or("start", 0);
  config.latency = drawn_time_if_any(table, "latency");
  const Kind& kind = *reading.tables.kinds.find(config.kind);
  KeyValues values(table, reading);
  const KeyReader::Source source{.value = [&](const KeyInfo& key) { return values.value(key); },
                                 .place = [&](std::string_view key) { return values.place(key); },
                                 .learners = reading.tables.learners,
                                 .folder = reading.folder.string(),
                                 .data = reading.data};
  try {
    config.component = read_kind(kind, source, table.place());
  } catch (const InputError&) {
    values.refuse_unknown(kind, kKeysOfAll);
    throw;
  }
  if (gets_messages(config)) config.ends_when_refusing = ends_when_refusing(table);
  if (const auto user = table.text_if_any("user"))
    config.user = known_user(*user, reading, table.place("user"));
  config.life = read_life_cycle(table, config);
  std::vector<ComponentConfig> components = read_replicas(table, config);
  values.finish(kind);
  table.finish();
  check_metrics(config);
  return components;
}

}  // namespace dse
