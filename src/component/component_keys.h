// The keys that every component has, whatever its kind.
#pragma once

#include <array>
#include <string_view>

namespace dse {

inline constexpr std::array<std::string_view, 9> kKeysOfAll = {
    "kind", "start", "on_refused", "latency", "stop", "count", "restart", "checkpoint", "user"};

}  // namespace dse
