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

KeyValue parameter_value(const Json& value, const KeyInfo& info, const InputPlace& place) {
  const auto refuse = [&](const std::string& expected) {
    refuse_at(place, info.name, fmt::format("is {}: expected {}", value.dump(), expected));
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
          fmt::format("the parameter '{}' of a learner has a type that only keys of kinds have: "
                      "give it an integer, a number, a flag or a choice",
                      info.name));
  }
}

}  // namespace

std::optional<std::string> learner_name_in(const std::string& json, const InputPlace& place) {
  const Json table = Json::parse(json);
  if (!table.contains(kName)) return std::nullopt;
  const auto* name = table[kName].get_ptr<const std::string*>();
  if (name == nullptr) refuse_at(place, kName, "expected the name of a learner");
  return *name;
}

std::map<std::string, KeyValue> read_parameters(const std::string& json, const LearnerInfo& learner,
                                                const InputPlace& place) {
  std::vector<std::string> names;
  for (const KeyInfo& info : learner.parameters) names.push_back(info.name);
  std::map<std::string, KeyValue> parameters;
  const Json table = Json::parse(json);
  for (const auto& [key, value] : table.items()) {
    if (key == kName) continue;
    const auto info = std::find_if(learner.parameters.begin(), learner.parameters.end(),
                                   [&key = key](const KeyInfo& one) { return one.name == key; });
    if (info == learner.parameters.end()) {
      refuse_at(place, key,
                fmt::format("is no parameter of the learner '{}'{}", learner.name, suggestion(key, names)));
    }
    parameters.emplace(key, parameter_value(value, *info, place));
  }
  return parameters;
}

}  // namespace dse
