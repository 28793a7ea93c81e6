// How a table's field is refused.
#pragma once

#include <string>
#include <string_view>

#include "dataset/number_text.h"
#include "dse/error.h"

namespace dse {

// A field in an error: in quotes, on one line, and cut if it is long.
std::string shown(std::string_view field);

// Throws the InputError of a field that should be a number that fits into a float, and is of this other form.
[[noreturn]] void refuse_number(const InputPlace& place, NumberForm form, std::string_view field);

// Throws that of a field that is missing. `what` it is that cannot be missing: "a feature"; `how` the row
// says so: TableRecords::how_missing().
[[noreturn]] void refuse_missing(const InputPlace& place, std::string_view what, std::string_view how);

}  // namespace dse
