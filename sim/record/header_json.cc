#include "sim/record/header_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "protocol/program_values.h"

namespace dse {
namespace {

nlohmann::ordered_json object_of(const Headers& headers);

nlohmann::ordered_json json_of(const HeaderValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* array = std::get_if<HeaderArray>(&value)) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const HeaderValue& each : array->values()) json.push_back(json_of(each));
    return json;
  }
  if (const auto* table = std::get_if<HeaderTable>(&value)) {
    return {{"table", object_of(table->entries())}};
  }
  std::string tagged;
  append_json_value(value, tagged);
  return nlohmann::ordered_json::parse(tagged);
}

nlohmann::ordered_json object_of(const Headers& headers) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : headers) json[name] = json_of(value);
  return json;
}

}  // namespace

std::string header_json(const Headers& headers) {
  return object_of(headers).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace dse
