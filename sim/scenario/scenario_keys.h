// What a scenario file says, key by key, with --set applied. Two runs of a scenario are compared by it.
//
// Comments, layout, line ends, and the order of tables are not part of it. The order of components is,
// because components with the same start time start in it. So is the order of the elements of a list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dse {

struct ScenarioKey {
  std::string key;    // "component.lenet.batch", "binding.0.from", "resource.\"a.b\".prefetch"
  std::string value;  // as JSON: 16, "digits", [0, 20]

  bool operator==(const ScenarioKey&) const = default;
};

// Sorted by their parts, except components, which come in the order of the file. An empty table or list says
// nothing, and has no key.
using ScenarioKeys = std::vector<ScenarioKey>;

// The hash of all keys with their values, in that order.
std::uint64_t hash_of(const ScenarioKeys& keys);

// The text under a key; empty when there is none.
std::optional<std::string> find_text(const ScenarioKeys& keys, const std::string& key);

}  // namespace dse
