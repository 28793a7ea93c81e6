// Headers that only messages on a real broker have: added when one is published, taken away when
// one arrives.
#pragma once

#include <string_view>

namespace dse {

// Nanoseconds, when the message's timestamp has more than AMQP's whole seconds.
inline constexpr std::string_view kTimestampHeader = "x-dse-timestamp-ns";
// The process that published the message, and which of its publications it was, from 0: the same
// when it was published again.
inline constexpr std::string_view kRunHeader = "x-dse-run";
inline constexpr std::string_view kNumberHeader = "x-dse-number";

}  // namespace dse
