// The header in which a broker keeps what became of a message: x-death, a list of tables.
#pragma once

#include <string_view>

#include "dse/headers.h"

namespace dse {

inline constexpr std::string_view kDeathsHeader = "x-death";

// Whether a broker has dead-lettered the message with these headers.
inline bool is_dead_letter(const Headers& headers) { return headers.find(kDeathsHeader) != nullptr; }

// The value of that header without the time of day of each death; any other value as it is.
HeaderValue without_times(const HeaderValue& deaths);

}  // namespace dse
