// Reads a time that may be a distribution: "5ms", { uniform = ["1ms", "9ms"] } or { exponential = "5ms" }.
#pragma once

#include <optional>
#include <string_view>

#include "dse/drawn_time.h"
#include "sim/scenario/table_reader.h"

namespace dse {

// Empty when the key is not there. Throws InputError.
std::optional<DrawnTime> drawn_time_if_any(TableReader& table, std::string_view key);
// Throws InputError, also when the key is not there.
DrawnTime drawn_time(TableReader& table, std::string_view key);

}  // namespace dse
