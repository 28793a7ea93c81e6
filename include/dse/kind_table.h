// The kinds of components that a program knows, by name: an explicit table, made in `main`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dse/component.h"
#include "dse/key_info.h"
#include "dse/key_reader.h"

namespace dse {

// Where components of a kind appear in a scenario: in [component.NAME], [[gateway.export]] or
// [[gateway.import]].
enum class KindPlace { kComponent, kExport, kImport };

struct Kind {
  std::string name;     // kind = "..." of a scenario
  std::string meaning;  // for human readers: a sentence
  std::vector<KeyInfo> keys;
  // Makes the component from what the scenario says. Throws InputError for what does not fit together.
  // Several threads may call it at the same time, for different scenarios.
  std::function<std::shared_ptr<const Component>(const KeyReader& keys)> read;
  KindPlace place = KindPlace::kComponent;

  // Null when the kind has no such key.
  const KeyInfo* find_key(std::string_view key) const;
};

class KindTable {
 public:
  // Throws UsageError when the kind has no name, no `read`, a key twice or one that every component has, a
  // key within a table within a table, or a fallback or a bound of another type than its key's, or when there
  // already is a kind of that name, or one for the same end of a gateway.
  void add(Kind kind);
  // Null when there is none. Valid until the next add.
  const Kind* find(std::string_view name) const;
  // All kinds, in the order in which they were added.
  const std::vector<Kind>& all() const { return kinds_; }

 private:
  std::vector<Kind> kinds_;
};

}  // namespace dse
