// Headers that exist only on a real broker: added when a message is published, removed when it
// arrives.
#pragma once

#include <string_view>

namespace dse {

// The timestamp in nanoseconds, when it is not a whole number of AMQP's seconds.
inline constexpr std::string_view kTimestampHeader = "x-dse-timestamp-ns";
// The process that published the message, and the number of the publication in that process, from
// 0; both stay the same when it is published again.
inline constexpr std::string_view kRunHeader = "x-dse-run";
inline constexpr std::string_view kNumberHeader = "x-dse-number";
// The message's user_id, when it is not the user as whom we log in: the broker would refuse that as a
// property.
inline constexpr std::string_view kUserHeader = "x-dse-user-id";

}  // namespace dse
