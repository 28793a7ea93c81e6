#include "dse/kind_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "component/component_keys.h"
#include "dse/error.h"

namespace dse {
namespace {

// Whether keys of this type have values of that alternative.
bool fits(const KeyValue& value, KeyType type) {
  switch (type) {
    case KeyType::kTexts:
      return std::holds_alternative<std::vector<std::string>>(value);
    case KeyType::kInteger:
    case KeyType::kDuration:
      return std::holds_alternative<std::int64_t>(value);
    case KeyType::kNumber:
      return std::holds_alternative<double>(value);
    case KeyType::kFlag:
      return std::holds_alternative<bool>(value);
    case KeyType::kRate:
      return std::holds_alternative<Rate>(value);
    case KeyType::kDrawnTime:
      return std::holds_alternative<DrawnTime>(value);
    case KeyType::kTable:
      return std::holds_alternative<TableText>(value);
    case KeyType::kPair:
      return std::holds_alternative<std::pair<std::int64_t, std::int64_t>>(value);
    default:
      return std::holds_alternative<std::string>(value);
  }
}

bool fits(KeyBound bound, KeyType type) {
  return bound == KeyBound::kNone || type == (bound == KeyBound::kCount ? KeyType::kInteger : KeyType::kPair);
}

bool has_choices(const KeyInfo& key) {
  return key.type == KeyType::kChoice || key.type == KeyType::kNamedTable;
}

// What is wrong with the key on its own; "" when nothing is.
std::string fault_of(const KeyInfo& key) {
  if (has_choices(key) && key.choices.empty()) return "has no choices: name them";
  if (std::count(key.name.begin(), key.name.end(), '.') > 1)
    return "lies within a table within a table: one dot is the most";
  if (!std::holds_alternative<std::monostate>(key.fallback) && !fits(key.fallback, key.type))
    return "has a fallback of another type: give one of the key's own";
  if (key.range.least > key.range.most) return "has an empty range: give the smaller number first";
  const auto* number = std::get_if<std::int64_t>(&key.fallback);
  if (number != nullptr && (*number < key.range.least || *number > key.range.most))
    return "has a fallback out of its own range";
  const auto* choice = std::get_if<std::string>(&key.fallback);
  const bool chosen = !has_choices(key) || choice == nullptr ||
                      std::find(key.choices.begin(), key.choices.end(), *choice) != key.choices.end();
  if (!chosen) return "has a fallback that is none of its choices";
  if (!fits(key.bound, key.type))
    return "cannot bound what is written: a count is an integer, a slice a pair";
  if (std::find(kKeysOfAll.begin(), kKeysOfAll.end(), key.name) != kKeysOfAll.end())
    return "is one that every component has: give it another name";
  return "";
}

void check_keys(const Kind& kind) {
  std::set<std::string_view> names;
  for (const KeyInfo& key : kind.keys) {
    if (const std::string fault = fault_of(key); !fault.empty())
      throw UsageError(fmt::format("the key '{}' of the kind '{}' {}", key.name, kind.name, fault));
    if (!names.insert(key.name).second) {
      throw UsageError(
          fmt::format("the kind '{}' has the key '{}' twice: take one away", kind.name, key.name));
    }
  }
  for (const KeyInfo& key : kind.keys) {
    const std::string_view name = key.name;
    const std::string_view table = name.substr(0, std::min(name.find('.'), name.size()));
    if (table.size() < name.size() && names.contains(table)) {
      throw UsageError(fmt::format("the kind '{}' has the key '{}', which is a table as well, of '{}'",
                                   kind.name, table, name));
    }
  }
}

}  // namespace

const KeyInfo* Kind::find_key(std::string_view key) const {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const KeyInfo& one) { return one.name == key; });
  return found == keys.end() ? nullptr : &*found;
}

void KindTable::add(Kind kind) {
  if (kind.name.empty()) throw UsageError("a kind without a name cannot be added: give it one");
  if (!kind.read)
    throw UsageError(fmt::format("the kind '{}' has no function `read`: give it one", kind.name));
  if (find(kind.name) != nullptr) {
    throw UsageError(
        fmt::format("there is a kind '{}' already: add it once, or give one of the two another "
                    "name",
                    kind.name));
  }
  check_keys(kind);
  const bool is_second =
      std::any_of(kinds_.begin(), kinds_.end(), [&](const Kind& other) { return other.place == kind.place; });
  if (kind.place != KindPlace::kComponent && is_second) {
    throw UsageError(
        fmt::format("the kind '{}' would be the second for its end of a gateway, which has one", kind.name));
  }
  kinds_.push_back(std::move(kind));
}

const Kind* KindTable::find(std::string_view name) const {
  const auto found =
      std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& kind) { return kind.name == name; });
  return found == kinds_.end() ? nullptr : &*found;
}

}  // namespace dse
