#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sim/definitions/scenario_definitions.h"

namespace dse {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson json_of(const Headers& headers);

// definitions_of() lets nothing through that JSON cannot say.
OrderedJson json_of(const HeaderValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* table = std::get_if<HeaderTable>(&value)) return json_of(table->entries());
  OrderedJson list = OrderedJson::array();
  if (const auto* array = std::get_if<HeaderArray>(&value)) {
    for (const HeaderValue& one : array->values()) list.push_back(json_of(one));
  }
  return list;
}

OrderedJson json_of(const Headers& headers) {
  OrderedJson object = OrderedJson::object();
  for (const auto& [name, value] : headers) object[name] = json_of(value);
  return object;
}

OrderedJson json_of(const ExchangeDefinition& exchange) {
  return {{"name", exchange.name},
          {"vhost", exchange.vhost},
          {"type", exchange.type},
          {"durable", exchange.durable},
          {"auto_delete", exchange.auto_delete},
          {"internal", exchange.internal},
          {"arguments", json_of(exchange.arguments)}};
}

OrderedJson json_of(const QueueDefinition& queue) {
  return {{"name", queue.name},
          {"vhost", queue.vhost},
          {"durable", queue.durable},
          {"auto_delete", queue.auto_delete},
          {"arguments", json_of(queue.arguments)}};
}

OrderedJson json_of(const BindingDefinition& binding) {
  return {
      {"source", binding.source},           {"vhost", binding.vhost},
      {"destination", binding.destination}, {"destination_type", binding.to_exchange ? "exchange" : "queue"},
      {"routing_key", binding.routing_key}, {"arguments", json_of(binding.arguments)}};
}

OrderedJson json_of(const PermissionDefinition& permission) {
  OrderedJson json = {{"user", permission.user}, {"vhost", permission.vhost}};
  if (permission.exchange.empty())
    json["configure"] = permission.configure;
  else
    json["exchange"] = permission.exchange;
  json["write"] = permission.write;
  json["read"] = permission.read;
  return json;
}

// A virtual host.
OrderedJson json_of(const std::string& vhost) { return {{"name", vhost}}; }

// A list with one entry on each line.
template <typename Entry>
std::string list_text(std::string_view name, const std::vector<Entry>& entries) {
  std::string text = fmt::format("  \"{}\": [", name);
  for (std::size_t i = 0; i < entries.size(); ++i)
    text += fmt::format("{}\n    {}", i == 0 ? "" : ",", OrderedJson(json_of(entries[i])).dump());
  return text + (entries.empty() ? "]" : "\n  ]");
}

}  // namespace

std::string definitions_text(const Definitions& definitions) {
  std::string text =
      fmt::format("{{\n{},\n{},\n{},\n{}", list_text("vhosts", definitions.vhosts),
                  list_text("exchanges", definitions.exchanges), list_text("queues", definitions.queues),
                  list_text("bindings", definitions.bindings));
  if (!definitions.permissions.empty()) text += ",\n" + list_text("permissions", definitions.permissions);
  if (!definitions.topic_permissions.empty())
    text += ",\n" + list_text("topic_permissions", definitions.topic_permissions);
  return text + "\n}\n";
}

}  // namespace dse
