// A message as a line of a JSONL file (docs/jsonl.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dse/message.h"
#include "dse/time.h"
#include "protocol/json.h"

namespace dse {

// The member whose value is kept as it is written: see parse_json_line().
inline constexpr std::string_view kVerbatimMember = "json";

// The most bytes of a line: enough for the largest message that RabbitMQ takes, in base64.
inline constexpr std::size_t kMessageLineBytesMax = std::size_t{192} << 20;

struct MessageLine {
  std::optional<TimeNs> time_ns;      // 0 or more; empty: it says none
  std::optional<std::string> import;  // the name of the import to which it came
  MessageFields fields;               // what it says; the rest is empty
};

// Appends the line, without its end.
void append_message_line(TimeNs time_ns, std::string_view import, const Message& message, std::string& line);
// The message of such a line. Throws ProtocolError.
MessageLine read_message_line(const Json& json);

// An integer of nanoseconds, 0 or more, or a duration as text: "1.5ms". Throws ProtocolError; `what` it is:
// "the time of a message".
TimeNs read_time(const Json& json, std::string_view what);

}  // namespace dse
