#include "sim/scenario/keys_reader.h"

#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/scenario/table_reader.h"
#include "sim/scenario/toml_json.h"

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
    keys.push_back({key, json_text(node)});
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
