// How consumers write messages to files.
#pragma once

#include <string>

#include "dse/message.h"
#include "dse/time.h"

namespace dse {

// Seconds with nine decimals: "0.000150000".
std::string seconds_text(TimeNs time_ns);
// The header's value as text, or "-" when the message has no such header.
std::string header_text(const Message& message, std::string_view name);

}  // namespace dse
