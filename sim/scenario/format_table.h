// The tables of a scenario file and their keys, as data. The readers take choices and ranges from here and
// can read no other key; the JSON Schema of scenarios is made from here. The keys of kinds are in the table
// of kinds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dse/key_info.h"

namespace dse {

// How the table is written.
enum class TableShape {
  kRoot,   // the file itself
  kOne,    // [bus]
  kNamed,  // [resource.NAME]
  kList,   // [[binding]]
};

// Further types of values that a KeyType does not have.
enum class ValueForm {
  kAsType,
  kEnd,           // "drained", or a duration
  kFactor,        // an integer, or two for p/q
  kNumbers,       // a list of numbers
  kNumberOrText,  // a fault's number, or its name
  kHeaders,       // a table of header values
  kInner,         // a table with the keys of `inner`
  kNamedInner,    // a table of such tables, by name
};

struct FormatKey {
  KeyInfo info;  // without a meaning, which the page of the format has
  ValueForm form = ValueForm::kAsType;
  std::vector<FormatKey> inner = {};
};

// Keys that go together: those of a kind of fault, or of a form of expectation.
struct FormatForm {
  std::string choice;  // the value of the table's `selector` that has them; "" when it has none
  std::vector<FormatKey> keys;
};

struct FormatTable {
  std::string name;  // "resource"; "" for the file
  TableShape shape = TableShape::kOne;
  std::vector<FormatKey> keys = {};
  std::string selector = {};  // the key whose value chooses the form
  // Exactly one of them goes with the keys above; empty: those are all.
  std::vector<FormatForm> forms = {};

  // The key of this name, in whichever form; null when there is none.
  const FormatKey* find(std::string_view key) const;
};

// All of them, in the order of the page of the format. [component.NAME] has the keys that every component
// has.
const std::vector<FormatTable>& format_tables();
// The one of this name, which must exist.
const FormatTable& format_table(std::string_view name);

}  // namespace dse
