// A message as a line of a JSONL file (docs/jsonl.md).
#pragma once

#include <cstdint>
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

// What a client of a listener did, on a line of its own; only lines of captures say it.
struct ClientLine {
  std::uint32_t client = 0;
  std::uint16_t channel = 0;
  std::optional<std::string> what;  // what readers are told that it is
  std::string command;              // bytes, see docs/capture-format.md
};

struct MessageLine {
  std::optional<TimeNs> time_ns;          // 0 or more; empty: it says none
  std::optional<std::string> import;      // the name of the import to which it came
  MessageFields fields;                   // what it says; the rest is empty
  std::optional<ClientLine> client = {};  // then it is no message
};

// Appends the line, without its end.
void append_message_line(TimeNs time_ns, std::string_view import, const Message& message, std::string& line);
void append_client_line(TimeNs time_ns, const ClientLine& client, std::string& line);
// The message of such a line, or what a client did. Throws ProtocolError.
MessageLine read_message_line(const Json& json);

// An integer of nanoseconds, 0 or more, or a duration as text: "1.5ms". Throws ProtocolError; `what` it is:
// "the time of a message".
TimeNs read_time(const Json& json, std::string_view what);

}  // namespace dse
