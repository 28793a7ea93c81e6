// Reads a time that may be a distribution: "5ms", { uniform = ["1ms", "9ms"] } or { exponential = "5ms" }.
#pragma once

#include <optional>
#include <string_view>

#include "dse/time_distribution.h"
#include "sim/scenario/table_reader.h"

namespace dse {

// Empty when the key is not there. Throws InputError.
std::optional<TimeDistribution> distribution_if_any(TableReader& table, std::string_view key);
// Throws InputError, also when the key is not there.
TimeDistribution distribution(TableReader& table, std::string_view key);

}  // namespace dse
