// Tables of a scenario that set parameters or options: of what is named there too, such as a learner,
// { name = "hoeffding-tree", grace_period = 100 }, and of whatever else has some, { noise = 0.1 }.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dse/error.h"
#include "dse/key_info.h"

namespace dse {

// The name in a table, as JSON; empty when it has none. Throws InputError when it is no string; `what` is
// what should be named: "a learner".
std::optional<std::string> name_in(const std::string& json, const std::string& what, const InputPlace& place);

// What may be set, and where.
struct OptionTable {
  const std::vector<KeyInfo>& known;
  std::string what;  // for messages, with whose it is: "option of the stream 'sea'"
  InputPlace place;
};
// The values that a table, as JSON, sets. Throws InputError, at the place of the value, for one that is not
// known, is of another type or lies out of its range.
std::map<std::string, KeyValue> read_options(const std::string& json, const OptionTable& table);
// The same of a table that has a name besides.
std::map<std::string, KeyValue> read_parameters(const std::string& json, const OptionTable& table);

}  // namespace dse
