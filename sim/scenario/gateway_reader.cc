#include "sim/scenario/gateway_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/gathered_errors.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

// The name of an exchange or queue on a broker: a short string of AMQP 0-9-1, in one line. "" when there is
// none.
std::string name_on_broker_if_any(TableReader& table, std::string_view key) {
  constexpr std::size_t kBytesMax = 255;
  const std::optional<std::string> name = table.text_if_any(key);
  if (!name) return "";
  if (name->empty() || name->size() > kBytesMax || has_control_characters(*name)) {
    throw InputError(table.place(key), fmt::format("is not a name on a broker: expected 1 to {} bytes and no "
                                                   "control characters",
                                                   kBytesMax));
  }
  return *name;
}

bool names_resource(const ComponentConfig& component, const std::string& resource) {
  const auto* exported = std::get_if<ExportConfig>(&component.kind);
  return (exported != nullptr && exported->from == resource) || resource_read(component) == resource ||
         resource_written(component) == resource;
}

class GatewayReader {
 public:
  explicit GatewayReader(Scenario& scenario) : scenario_(scenario) {}

  void add_export(const toml::table& node, std::size_t number) {
    TableReader table(node, fmt::format("gateway.export.{}", number));
    ExportConfig config;
    config.from = resource_of(table, "from");
    config.exchange = name_on_broker_if_any(table, "exchange");
    const std::string key = routing_key(table, "#");
    config.queue = name_of(table, "export-" + config.from);
    if (config.exchange.empty()) throw InputError(table.place("exchange"), "is missing");
    table.finish();
    scenario_.bindings.push_back({.from = config.from, .to = config.queue, .key = key});
    const std::string name = config.queue;
    scenario_.components.push_back({.name = name, .kind = std::move(config), .place = table.place()});
  }

  void add_import(const toml::table& node, std::size_t number) {
    TableReader table(node, fmt::format("gateway.import.{}", number));
    ImportConfig config;
    config.queue = name_on_broker_if_any(table, "queue");
    config.exchange = name_on_broker_if_any(table, "exchange");
    config.key = routing_key(table, config.key);
    if (config.queue.empty() && config.exchange.empty()) {
      throw InputError(table.place("queue"), "is missing: name a queue of the broker, or an `exchange`");
    }
    if (!config.queue.empty() && !config.exchange.empty()) {
      throw InputError(table.place("queue"), "cannot stand beside `exchange`: name one of the two");
    }
    if (!config.queue.empty() && node.contains("key")) {
      throw InputError(table.place("key"), "selects from an `exchange`: a queue is read whole");
    }
    config.to = resource_of(table, "to");
    config.prefetch =
        static_cast<std::uint32_t>(table.integer_or("prefetch", config.prefetch, 0, UINT16_MAX));
    const std::string name = name_of(table, "import-" + config.to);
    const bool ends = ends_when_refusing(table);
    table.finish();
    scenario_.components.push_back(
        {.name = name, .kind = std::move(config), .place = table.place(), .ends_when_refusing = ends});
  }

 private:
  bool is_component(const std::string& name) const {
    return std::any_of(scenario_.components.begin(), scenario_.components.end(),
                       [&](const ComponentConfig& component) { return component.name == name; });
  }
  // Options alone make no resource.
  bool is_resource(const std::string& name) const {
    return std::any_of(scenario_.components.begin(), scenario_.components.end(),
                       [&](const ComponentConfig& component) { return names_resource(component, name); }) ||
           std::any_of(scenario_.bindings.begin(), scenario_.bindings.end(), [&](const BindingSpec& binding) {
             return binding.from == name || binding.to == name;
           });
  }

  // The name that the table gives, or else the first free one that begins so.
  std::string name_of(TableReader& table, std::string fallback) const {
    if (const auto name = table.text_if_any("name")) {
      check_component_name(*name, table.place("name"));
      if (is_component(*name)) {
        throw InputError(table.place("name"),
                         fmt::format("the name is taken: '{}' is a component; choose another", *name));
      }
      return *name;
    }
    std::replace(fallback.begin(), fallback.end(), '.', '-');  // resources may have dots, components not
    std::string name = fallback;
    for (int number = 2; is_component(name) || is_resource(name); ++number)
      name = fmt::format("{}-{}", fallback, number);
    check_component_name(name, table.place("name"));
    return name;
  }

  Scenario& scenario_;
};

// What others wrote there would be exported as well, and what others streamed would not be.
void require_own_queues(const Scenario& scenario) {
  for (const ComponentConfig& component : scenario.components) {
    const auto* config = std::get_if<ExportConfig>(&component.kind);
    if (config == nullptr) continue;
    const auto uses = std::count_if(scenario.components.begin(), scenario.components.end(),
                                    [&](const auto& one) { return names_resource(one, config->queue); });
    const auto bindings =
        std::count_if(scenario.bindings.begin(), scenario.bindings.end(), [&](const BindingSpec& binding) {
          return binding.from == config->queue || binding.to == config->queue;
        });
    if (uses == 1 && bindings == 1 && config->from != config->queue) continue;
    InputPlace place = component.place;
    place.key += ".name";
    throw InputError(place, fmt::format("the name is taken: '{}' is a resource, and an export has a queue of "
                                        "its own; choose another",
                                        config->queue));
  }
}

}  // namespace

void read_gateway(const toml::table& gateway, Scenario& scenario) {
  TableReader table(gateway, "gateway");
  GatewayReader reader(scenario);
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
