// Suggestions for names that a user has mistyped.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dse {

// The candidate with the smallest edit distance (optimal string alignment: insert, delete, replace, swap two
// neighbours; case does not matter) to `name`; the first of equals; "" when none is near enough to be meant.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

// "; did you mean 'x'?" or, when nothing is near, "; expected one of a, b, c". Empty without candidates.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace dse
