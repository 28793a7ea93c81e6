#include "sim/scenario/key_values.h"

#include <toml++/toml.h>

#include <vector>

#include "dse/error.h"
#include "sim/scenario/drawn_time_reader.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/toml_json.h"

namespace dse {

KeyValues::Holder KeyValues::holder_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return {&table_, key};
  const std::string outer(key.substr(0, dot));
  auto found = inner_.find(outer);
  if (found == inner_.end()) {
    const toml::table* node = table_.table_if_any(outer);
    found = inner_.emplace(outer, nullptr).first;
    if (node != nullptr)
      found->second = std::make_unique<TableReader>(*node, table_.place().key + "." + outer);
  }
  return {found->second.get(), key.substr(dot + 1)};
}

InputPlace KeyValues::place(std::string_view key) {
  const Holder holder = holder_of(key);
  if (holder.table != nullptr) return holder.table->place(holder.name);
  return table_.place(key);
}

KeyValue KeyValues::value(const KeyInfo& key) {
  const Holder holder = holder_of(key.name);
  if (holder.table != nullptr && holder.table->has(holder.name))
    return value_there(*holder.table, holder.name, key);
  if (key.required) throw InputError(place(key.name), "is missing");
  if (key.type == KeyType::kFolder) return reading_.folder.string();
  return key.fallback;
}

KeyValue KeyValues::value_there(TableReader& table, std::string_view name, const KeyInfo& key) const {
  switch (key.type) {
    case KeyType::kText:
    case KeyType::kName:
      return table.text(name);
    case KeyType::kData:
      return *reading_.named_data.insert(table.text(name)).first;
    case KeyType::kLine:
      return *table.line_if_any(name);
    case KeyType::kResource:
      return resource_of(table, name);
    case KeyType::kRoutingKey:
      return routing_key(table, name);
    case KeyType::kBrokerName:
      return name_on_broker(table, name);
    case KeyType::kFile:
    case KeyType::kFolder:
      return file_path(table, name);
    case KeyType::kTexts:
      return table.texts(name);
    case KeyType::kChoice:
      return key.choices[table.choice(name, key.choices)];
    case KeyType::kNamedTable:
      if (table.holds_table(name)) return TableText{json_text(*table.table_if_any(name))};
      return key.choices[table.choice(name, key.choices)];
    case KeyType::kTable:
      return TableText{json_text(*table.table_if_any(name))};
    case KeyType::kLearner: {
      if (table.holds_table(name)) return TableText{json_text(*table.table_if_any(name))};
      const std::vector<std::string> learners = reading_.tables.learners.names();
      return learners[table.choice(name, learners)];
    }
    case KeyType::kInteger:
      return *table.integer_if_any(name, key.range.least, key.range.most);
    case KeyType::kNumber:
      return *table.number_if_any(name);
    case KeyType::kFlag:
      return table.flag(name);
    case KeyType::kDuration:
      return table.duration(name);
    case KeyType::kDrawnTime:
      return drawn_time(table, name);
    case KeyType::kRate:
      return table.rate(name);
    case KeyType::kPair:
      return *table.pair_if_any(name);
  }
  throw UsageError("the key '" + key.name + "' has no type: give it one of KeyType");
}

// The path is not normalised: the system decides where `..` leads after a symbolic link.
std::string KeyValues::file_path(TableReader& table, std::string_view name) const {
  return (reading_.folder / file_name(table, name)).string();
}

void KeyValues::finish(const Kind& kind) {
  for (const KeyInfo& key : kind.keys) {
    const Holder holder = holder_of(key.name);
    if (holder.table != nullptr && holder.table->has(holder.name))
      value_there(*holder.table, holder.name, key);
  }
  for (const auto& [key, inner] : inner_) {
    if (inner != nullptr) inner->finish();
  }
}

void KeyValues::refuse_unknown(const Kind& kind, std::span<const std::string_view> others) {
  for (const std::string_view key : others) table_.has(key);
  for (const KeyInfo& key : kind.keys) {
    const Holder holder = holder_of(key.name);
    if (holder.table != nullptr) holder.table->has(holder.name);
  }
  for (const auto& [key, inner] : inner_) {
    if (inner != nullptr) inner->finish();
  }
  table_.finish();
}

}  // namespace dse
