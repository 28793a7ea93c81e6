#include "sim/scenario/toml_json.h"

#include <toml++/toml.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

namespace dse {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

std::string json_text(const toml::node& node) {
  return json_of(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dse
