// The keys that every component has, whatever its kind.
#pragma once

#include <array>
#include <string_view>

namespace dse {

inline constexpr std::array<std::string_view, 8> kKeysOfAll = {"kind", "start", "on_refused", "latency",
                                                               "stop", "count", "restart",    "checkpoint"};

}  // namespace dse
