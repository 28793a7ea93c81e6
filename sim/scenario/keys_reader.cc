#include "sim/scenario/keys_reader.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

using Json = nlohmann::ordered_json;

bool is_plain(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Joins them with quotes where TOML needs them, so that no two keys are written alike.
std::string joined(const std::string& key, std::string_view part) {
  const std::string written = is_plain(part) ? std::string(part) : Json(part).dump();
  return key.empty() ? written : key + "." + written;
}

// A date or a time as TOML writes it.
template <typename Value>
std::string text_of(const Value& value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

Json json_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* number = node.as_floating_point()) {
    // JSON cannot express these.
    if (!std::isfinite(number->get())) return text_of(number->get());
    return number->get();
  }
  Json list = Json::array();
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) list.push_back(json_of(element));
    return list;
  }
  if (const toml::table* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [name, value] : *table) object[std::string(name.str())] = json_of(value);
    return object;
  }
  if (const auto* date = node.as_date()) return text_of(date->get());
  if (const auto* time = node.as_time()) return text_of(time->get());
  return text_of(node.as_date_time()->get());
}

bool holds_tables(const toml::array& list) {
  return std::any_of(list.begin(), list.end(), [](const toml::node& element) { return element.is_table(); });
}

void collect(const toml::node& node, const std::string& key, ScenarioKeys& keys) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [name, value] : *table) collect(value, joined(key, name.str()), keys);
  } else if (const toml::array* list = node.as_array(); list != nullptr && holds_tables(*list)) {
    std::size_t number = 0;
    for (const toml::node& element : *list) collect(element, joined(key, std::to_string(number++)), keys);
  } else if (list == nullptr || !list->empty()) {
    keys.push_back({key, json_of(node).dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
}

}  // namespace

ScenarioKeys read_keys(const toml::table& root) {
  ScenarioKeys keys;
  for (const auto& [name, value] : root) {
    if (name.str() != "component") collect(value, joined("", name.str()), keys);
  }
  for (const auto& [name, component] : TableReader(root, "").named_tables("component"))
    collect(*component, joined("component", name), keys);
  return keys;
}

}  // namespace dse
