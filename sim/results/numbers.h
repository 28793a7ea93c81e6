// Numbers in the JSON files of results.
#pragma once

#include <cmath>
#include <cstdint>

namespace dse {

// Returns the number as a value of the type `Json`; counts are written as integers.
template <typename Json>
Json json_number(double value) {
  constexpr double kExactMax = 9007199254740992.0;  // beyond it, doubles skip integers
  if (std::abs(value) <= kExactMax && std::trunc(value) == value) return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace dse
