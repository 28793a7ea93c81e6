// The table with which a scenario names a learner and sets its parameters:
// { name = "hoeffding-tree", grace_period = 100 }.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "dse/error.h"
#include "dse/learner_table.h"

namespace dse {

// The name in a table, as JSON; empty when it has none. Throws InputError when it is no string.
std::optional<std::string> learner_name_in(const std::string& json, const InputPlace& place);
// The parameters that the table sets. Throws InputError, at the place of the parameter, for one that the
// learner does not have, and for a value of another type or out of its range.
std::map<std::string, KeyValue> read_parameters(const std::string& json, const LearnerInfo& learner,
                                                const InputPlace& place);

}  // namespace dse
