#include "sim/scenario/gateway_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/component_reader.h"
#include "sim/scenario/gathered_errors.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

// The keys that an end has beside those of its kind.
constexpr std::array<std::string_view, 4> kKeysOfEnds = {"from", "to", "key", "on_refused"};

bool names_resource(const ComponentConfig& component, const std::string& resource) {
  return resource_read(component) == resource || writes_to(component, resource);
}

class GatewayReader {
 public:
  GatewayReader(const ReadingPlace& reading, Scenario& scenario) : reading_(reading), scenario_(scenario) {}

  void add_export(const toml::table& node, std::size_t number) {
    TableReader table(node, fmt::format("gateway.export.{}", number));
    ComponentConfig component = read(table, KindPlace::kExport, "from");
    BindingSpec binding{.from = table.text("from"), .to = component.name, .key = binding_key(table)};
    table.finish();
    scenario_.bindings.push_back(std::move(binding));
    scenario_.components.push_back(std::move(component));
  }

  void add_import(const toml::table& node, std::size_t number) {
    TableReader table(node, fmt::format("gateway.import.{}", number));
    ComponentConfig component = read(table, KindPlace::kImport, "to");
    component.ends_when_refusing = ends_when_refusing(table);
    table.finish();
    scenario_.components.push_back(std::move(component));
  }

 private:
  const Kind& kind_of(KindPlace place, const InputPlace& where) const {
    for (const Kind& kind : reading_.tables.kinds.all()) {
      if (kind.place == place) return kind;
    }
    throw InputError(where, "this program knows no gateway: use one whose table of kinds has its ends");
  }
  // The component that the table describes. Without a name of its own it is named after the resource that
  // `resource_key` gives.
  ComponentConfig read(TableReader& table, KindPlace place, const std::string& resource_key) const {
    const Kind& kind = kind_of(place, table.place());
    std::optional<std::string> name;
    const auto name_once = [&] {
      const std::string_view way = place == KindPlace::kExport ? "export" : "import";
      if (!name) name = name_of(table, fmt::format("{}-{}", way, table.text(resource_key)));
      return *name;
    };
    KeyValues values(table, reading_);
    const KeyReader::Source source{.value = [&](const KeyInfo& key) -> KeyValue {
                                     if (key.type == KeyType::kName) return name_once();
                                     return values.value(key);
                                   },
                                   .place = [&](std::string_view key) { return values.place(key); },
                                   .learners = reading_.tables.learners};
    const std::shared_ptr<const Component> component = [&] {
      try {
        return read_kind(kind, source, table.place());
      } catch (const InputError&) {
        values.refuse_unknown(kind, kKeysOfEnds);
        throw;
      }
    }();
    const std::string own_name = name_once();
    values.finish(kind);
    return {.name = own_name, .kind = kind.name, .component = component, .place = table.place()};
  }
  bool is_component(const std::string& name) const {
    return std::any_of(scenario_.components.begin(), scenario_.components.end(),
                       [&](const ComponentConfig& component) { return component.is_called(name); });
  }
  // Options alone do not make a resource.
  bool is_resource(const std::string& name) const {
    return std::any_of(scenario_.components.begin(), scenario_.components.end(),
                       [&](const ComponentConfig& component) { return names_resource(component, name); }) ||
           std::any_of(scenario_.bindings.begin(), scenario_.bindings.end(), [&](const BindingSpec& binding) {
             return binding.from == name || binding.to == name;
           });
  }

  // The name that the table gives, or else the first free one that begins with `fallback`.
  std::string name_of(TableReader& table, std::string fallback) const {
    if (const auto name = table.text_if_any("name")) {
      check_component_name(*name, table.place("name"));
      if (is_component(*name)) {
        throw InputError(table.place("name"),
                         fmt::format("the name is taken: '{}' is a component; choose another", *name));
      }
      return *name;
    }
    std::replace(fallback.begin(), fallback.end(), '.', '-');  // resources may have dots, components may not
    std::string name = fallback;
    for (int number = 2; is_component(name) || is_resource(name); ++number)
      name = fmt::format("{}-{}", fallback, number);
    check_component_name(name, table.place("name"));
    return name;
  }

  const ReadingPlace& reading_;
  Scenario& scenario_;
};

bool bound_to_itself(const Scenario& scenario, const std::string& queue) {
  return std::any_of(scenario.bindings.begin(), scenario.bindings.end(), [&](const BindingSpec& binding) {
    return binding.from == queue && binding.to == queue;
  });
}

// Requires that only the export uses its queue: what others wrote there would be exported as well, and what
// others streamed would not be.
void require_own_queues(const Scenario& scenario) {
  for (const ComponentConfig& component : scenario.components) {
    if (!is_export(component)) continue;
    const std::string queue = *resource_read(component);
    const auto uses = std::count_if(scenario.components.begin(), scenario.components.end(),
                                    [&](const auto& one) { return names_resource(one, queue); });
    const auto bindings = std::count_if(
        scenario.bindings.begin(), scenario.bindings.end(),
        [&](const BindingSpec& binding) { return binding.from == queue || binding.to == queue; });
    if (uses == 1 && bindings == 1 && !bound_to_itself(scenario, queue)) continue;
    InputPlace place = component.place;
    place.key += ".name";
    throw InputError(place, fmt::format("the name is taken: '{}' is a resource, and an export has a queue of "
                                        "its own; choose another",
                                        queue));
  }
}

}  // namespace

void read_gateway(const toml::table& gateway, const ReadingPlace& reading, Scenario& scenario) {
  TableReader table(gateway, "gateway");
  GatewayReader reader(reading, scenario);
  std::size_t number = 0;
  GatheredErrors errors;
  errors.attempt([&] {
    for (const toml::table* node : table.tables("export"))
      errors.attempt([&] { reader.add_export(*node, number++); });
  });
  number = 0;
  errors.attempt([&] {
    for (const toml::table* node : table.tables("import"))
      errors.attempt([&] { reader.add_import(*node, number++); });
  });
  errors.attempt([&] { table.finish(); });
  errors.attempt([&] { require_own_queues(scenario); });
  errors.finish();
}

}  // namespace dse
