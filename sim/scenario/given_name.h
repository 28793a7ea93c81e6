// The name that a scenario may give one of a list of tables, such as [[fault]], which otherwise go by their
// numbers.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sim/scenario/table_reader.h"

namespace dse {

// The value of the key `name`; "" when it is not there. `what` is what the table describes: a "fault". Throws
// InputError for one that is digits alone, or that another of the list has (`is_taken`).
std::string given_name(TableReader& table, std::string_view what,
                       const std::function<bool(const std::string&)>& is_taken);

}  // namespace dse
