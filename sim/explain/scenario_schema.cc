#include "sim/explain/scenario_schema.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/explain/format_pages.h"
#include "sim/explain/plain_text.h"
#include "sim/scenario/format_table.h"

namespace dse {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDurationPattern = R"(^[0-9]+(\.[0-9]+)?(ns|us|ms|s|min|h)$)";
constexpr const char* kRatePattern = R"(^[0-9]+/(ns|us|ms|s|min|h)$)";

Json typed(const char* type) { return {{"type", type}}; }
Json any_of(std::vector<Json> forms) { return {{"anyOf", std::move(forms)}}; }
Json duration() { return {{"type", "string"}, {"pattern", kDurationPattern}}; }
Json pair_of(const Json& item) {
  return {{"type", "array"}, {"items", item}, {"minItems", 2}, {"maxItems", 2}};
}
Json closed_table(Json properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

Json integer_from(const KeyRange& range) {
  Json schema = typed("integer");
  if (range.least != std::numeric_limits<std::int64_t>::min()) schema["minimum"] = range.least;
  if (range.most != std::numeric_limits<std::int64_t>::max()) schema["maximum"] = range.most;
  return schema;
}

Json drawn_time() {
  Json uniform = closed_table({{"uniform", pair_of(duration())}});
  uniform["required"] = {"uniform"};
  Json exponential = closed_table({{"exponential", duration()}});
  exponential["required"] = {"exponential"};
  return any_of({duration(), std::move(uniform), std::move(exponential)});
}

// Makes the schema, piece by piece.
class SchemaMaker {
 public:
  explicit SchemaMaker(const Tables& tables) : tables_(tables), pages_(tables) {}

  std::string text() {
    Json properties = properties_of(format_table(""));
    for (const FormatTable& table : format_tables()) {
      if (table.shape != TableShape::kRoot) properties[table.name] = table_schema(table);
    }
    properties["gateway"] = closed_table({{"export", list_of(end_schema(KindPlace::kExport))},
                                          {"import", list_of(end_schema(KindPlace::kImport))}});
    Json schema = {
        {"$schema", "http://json-schema.org/draft-07/schema#"},
        {"title", "A scenario of dse"},
        {"description", "docs/scenario-format.md describes every key; `dse explain KEY` shows it."},
        {"x-taplo-info", {{"authors", {"the dse project"}}, {"patterns", {R"(^.*/scenarios/.*\.toml$)"}}}}};
    schema.update(closed_table(std::move(properties)));
    schema["definitions"] = std::move(definitions_);
    return schema.dump(2) + "\n";
  }

 private:
  static Json list_of(Json item) { return {{"type", "array"}, {"items", std::move(item)}}; }

  Json table_schema(const FormatTable& table) {
    Json item = table.name == "component" ? component_schema(table) : item_schema(table);
    if (table.shape == TableShape::kOne) return item;
    if (table.shape == TableShape::kList) return list_of(std::move(item));
    return {{"type", "object"}, {"additionalProperties", std::move(item)}};
  }

  // A table with one of its forms; without any, it has only its own keys.
  Json item_schema(const FormatTable& table) {
    if (table.forms.empty()) return keys_schema(table, table.keys);
    std::vector<Json> forms;
    for (const FormatForm& form : table.forms) {
      std::vector<FormatKey> keys = table.keys;
      keys.insert(keys.end(), form.keys.begin(), form.keys.end());
      Json one = keys_schema(table, keys, form.choice);
      if (!form.choice.empty()) choose(one, table.selector, form.choice);
      forms.push_back(std::move(one));
    }
    return any_of(std::move(forms));
  }

  // The component of each kind has keys of its own.
  Json component_schema(const FormatTable& table) {
    std::vector<Json> kinds;
    for (const Kind& kind : tables_.kinds.all()) {
      if (kind.place != KindPlace::kComponent) continue;
      Json one = keys_schema(table, table.keys);
      choose(one, "kind", kind.name);
      one["description"] = plain_line(kind.meaning);
      add_keys_of_kind(one, kind);
      kinds.push_back(std::move(one));
    }
    return any_of(std::move(kinds));
  }

  Json end_schema(KindPlace place) {
    Json schema = closed_table(Json::object());
    for (const Kind& kind : tables_.kinds.all()) {
      if (kind.place != place) continue;
      schema["description"] = plain_line(kind.meaning);
      add_keys_of_kind(schema, kind);
    }
    if (place == KindPlace::kImport)
      schema["properties"]["on_refused"] =
          described("component", *format_table("component").find("on_refused"));
    return schema;
  }

  static void choose(Json& table, const std::string& selector, const std::string& choice) {
    table["properties"][selector] = {{"const", choice}};
  }

  Json properties_of(const FormatTable& table) {
    Json properties = Json::object();
    for (const FormatKey& key : table.keys)
      properties[key.info.name] = described(table.name.empty() ? "top-level" : table.name, key);
    return properties;
  }

  Json keys_schema(const FormatTable& table, const std::vector<FormatKey>& keys,
                   const std::string& choice = "") {
    Json schema = closed_table(Json::object());
    Json required = Json::array();
    for (const FormatKey& key : keys) {
      schema["properties"][key.info.name] = described(table.name, key, choice);
      if (key.info.required) required.push_back(key.info.name);
    }
    if (!required.empty()) schema["required"] = required;
    return schema;
  }

  // A reference to what the key is: many forms of a table have the same keys. Two forms may have keys of one
  // name that are not the same.
  Json described(const std::string& table, const FormatKey& key, const std::string& choice = "") {
    Json schema = value_schema(key);
    explain(schema, pages_.meaning({.table = table, .key = key.info.name, .choice = choice}));
    std::string name = table + "." + key.info.name;
    for (int number = 2; definitions_.contains(name) && definitions_[name] != schema; ++number)
      name = table + "." + key.info.name + "-" + std::to_string(number);
    definitions_[name] = std::move(schema);
    return {{"$ref", "#/definitions/" + name}};
  }

  static void explain(Json& schema, const std::string& meaning) {
    if (meaning.empty()) return;
    schema["description"] = meaning;
    schema["x-taplo"] = {{"docs", {{"main", meaning}}}};
  }

  Json value_schema(const FormatKey& key) {
    switch (key.form) {
      case ValueForm::kAsType:
        return schema_of(key.info);
      case ValueForm::kEnd:
        return any_of({{{"const", "drained"}}, duration()});
      case ValueForm::kFactor:
        return any_of({integer_from(key.info.range), pair_of(integer_from(key.info.range))});
      case ValueForm::kNumbers:
        return {{"type", "array"}, {"items", typed("number")}, {"minItems", 1}};
      case ValueForm::kNumberOrText:
        return any_of({integer_from({.least = 0}), typed("string")});
      case ValueForm::kHeaders:
        return typed("object");
      case ValueForm::kNamedInner:
        return {{"type", "object"}, {"additionalProperties", inner_schema(key)}};
      case ValueForm::kInner:
        break;
    }
    return inner_schema(key);
  }

  Json inner_schema(const FormatKey& key) {
    Json schema = closed_table(Json::object());
    for (const FormatKey& inner : key.inner) {
      schema["properties"][inner.info.name] = value_schema(inner);
      if (inner.info.required) schema["required"].push_back(inner.info.name);
    }
    return schema;
  }

  // A key with a dot is in a table within.
  void add_keys_of_kind(Json& schema, const Kind& kind) {
    for (const KeyInfo& key : kind.keys) {
      const std::size_t dot = key.name.find('.');
      Json* holder = &schema;
      if (dot != std::string::npos) {
        Json& inner = schema["properties"][key.name.substr(0, dot)];
        if (inner.is_null()) inner = closed_table(Json::object());
        holder = &inner;
      }
      const std::string name = key.name.substr(dot == std::string::npos ? 0 : dot + 1);
      Json value = schema_of(key);
      explain(value, plain_line(key.meaning));
      add_default(value, key);
      (*holder)["properties"][name] = std::move(value);
      if (!key.required) continue;
      (*holder)["required"].push_back(name);
      if (holder != &schema) add_once(schema["required"], key.name.substr(0, dot));
    }
  }

  static void add_once(Json& list, const std::string& name) {
    if (list.is_null() || std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  }

  static void add_default(Json& schema, const KeyInfo& key) {
    if (const auto* flag = std::get_if<bool>(&key.fallback)) schema["default"] = *flag;
    if (const auto* text = std::get_if<std::string>(&key.fallback)) schema["default"] = *text;
    if (const auto* number = std::get_if<double>(&key.fallback)) schema["default"] = *number;
    if (const auto* integer = std::get_if<std::int64_t>(&key.fallback)) {
      if (key.type == KeyType::kDuration)
        schema["default"] = format_duration(*integer);
      else
        schema["default"] = *integer;
    }
  }

  // A name alone, or a table that has it as `name` and sets parameters; a program is a table with other keys.
  static Json named_or_table(const std::vector<std::string>& names) {
    return any_of({{{"enum", names}}, typed("object")});
  }

  Json schema_of(const KeyInfo& key) {
    switch (key.type) {
      case KeyType::kTexts:
        return any_of({typed("string"), {{"type", "array"}, {"items", typed("string")}, {"minItems", 1}}});
      case KeyType::kChoice:
        return {{"enum", key.choices}};
      case KeyType::kNamedTable:
        return named_or_table(key.choices);
      case KeyType::kLearner:
        return named_or_table(tables_.learners.names());
      case KeyType::kInteger:
        return integer_from(key.range);
      case KeyType::kNumber:
        return typed("number");
      case KeyType::kFlag:
        return typed("boolean");
      case KeyType::kDuration:
        return duration();
      case KeyType::kDrawnTime:
        return drawn_time();
      case KeyType::kRate:
        return {{"type", "string"}, {"pattern", kRatePattern}};
      case KeyType::kPair:
        return pair_of(typed("integer"));
      case KeyType::kTable:
        return typed("object");
      default:
        return typed("string");
    }
  }

  const Tables& tables_;
  FormatPages pages_;
  Json definitions_ = Json::object();
};

}  // namespace

std::string scenario_schema(const Tables& tables) { return SchemaMaker(tables).text(); }

}  // namespace dse
