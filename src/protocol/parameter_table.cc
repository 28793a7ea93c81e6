#include "protocol/parameter_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "core/names.h"
#include "protocol/json.h"

namespace dse {
namespace {

constexpr const char* kName = "name";

[[noreturn]] void refuse_at(const InputPlace& place, std::string_view key, const std::string& text) {
  if (place.key.empty()) throw InputError(place, fmt::format("'{}' {}", key, text));  // it is from a --set
  InputPlace inner = place;
  inner.key += fmt::format(".{}", key);
  throw InputError(inner, text);
}

KeyValue option_value(const Json& value, const KeyInfo& info, const OptionTable& table) {
  const auto refuse = [&](const std::string& expected) {
    refuse_at(table.place, info.name, fmt::format("is {}: expected {}", value.dump(), expected));
  };
  switch (info.type) {
    case KeyType::kInteger: {
      const bool fits = value.is_number_integer() && value.get<std::int64_t>() >= info.range.least &&
                        value.get<std::int64_t>() <= info.range.most;
      if (!fits) refuse(fmt::format("an integer from {} to {}", info.range.least, info.range.most));
      return value.get<std::int64_t>();
    }
    case KeyType::kNumber:
      if (!value.is_number()) refuse("a number");
      return value.get<double>();
    case KeyType::kFlag:
      if (!value.is_boolean()) refuse("true or false");
      return value.get<bool>();
    case KeyType::kChoice: {
      const auto* text = value.get_ptr<const std::string*>();
      if (text == nullptr || std::find(info.choices.begin(), info.choices.end(), *text) == info.choices.end())
        refuse(fmt::format("one of \"{}\"", fmt::join(info.choices, "\", \"")));
      return *text;
    }
    default:
      throw UsageError(
          fmt::format("'{}', {}, has a type that only keys of kinds have: give it an integer, a number, a "
                      "flag or a choice",
                      info.name, table.what));
  }
}

std::map<std::string, KeyValue> values_of(const Json& json, const OptionTable& table) {
  std::vector<std::string> names;
  for (const KeyInfo& info : table.known) names.push_back(info.name);
  std::map<std::string, KeyValue> values;
  for (const auto& [key, value] : json.items()) {
    const auto info = std::find_if(table.known.begin(), table.known.end(),
                                   [&key = key](const KeyInfo& one) { return one.name == key; });
    if (info == table.known.end())
      refuse_at(table.place, key, fmt::format("is no {}{}", table.what, suggestion(key, names)));
    values.emplace(key, option_value(value, *info, table));
  }
  return values;
}

}  // namespace

std::optional<std::string> name_in(const std::string& json, const std::string& what,
                                   const InputPlace& place) {
  const Json table = Json::parse(json);
  if (!table.contains(kName)) return std::nullopt;
  const auto* name = table[kName].get_ptr<const std::string*>();
  if (name == nullptr) refuse_at(place, kName, fmt::format("expected the name of {}", what));
  return *name;
}

std::map<std::string, KeyValue> read_options(const std::string& json, const OptionTable& table) {
  return values_of(Json::parse(json), table);
}

std::map<std::string, KeyValue> read_parameters(const std::string& json, const OptionTable& table) {
  Json values = Json::parse(json);
  values.erase(kName);
  return values_of(values, table);
}

}  // namespace dse
