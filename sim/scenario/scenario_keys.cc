#include "sim/scenario/scenario_keys.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dse/hash.h"

namespace dse {

std::uint64_t hash_of(const ScenarioKeys& keys) {
  Hasher hasher;
  for (const ScenarioKey& one : keys) {
    hasher.add(std::string_view(one.key));
    hasher.add(std::string_view(one.value));
  }
  return hasher.digest();
}

std::optional<std::string> find_text(const ScenarioKeys& keys, const std::string& key) {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const ScenarioKey& one) { return one.key == key; });
  if (found == keys.end()) return std::nullopt;
  const auto value = nlohmann::json::parse(found->value);
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

}  // namespace dse
