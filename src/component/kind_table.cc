#include "dse/kind_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "dse/error.h"

namespace dse {
namespace {

// What every component has, whatever its kind.
constexpr std::array<std::string_view, 3> kKeysOfAll = {"kind", "start", "on_refused"};

void check_keys(const Kind& kind) {
  std::set<std::string_view> names;
  for (const KeyInfo& key : kind.keys) {
    if (key.type == KeyType::kChoice && key.choices.empty()) {
      throw UsageError(
          fmt::format("the key '{}' of the kind '{}' has no choices: name them", key.name, kind.name));
    }
    if (!names.insert(key.name).second) {
      throw UsageError(
          fmt::format("the kind '{}' has the key '{}' twice: take one away", kind.name, key.name));
    }
    if (std::find(kKeysOfAll.begin(), kKeysOfAll.end(), key.name) != kKeysOfAll.end()) {
      throw UsageError(
          fmt::format("the kind '{}' has the key '{}', which every component has: give it "
                      "another name",
                      kind.name, key.name));
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
