// Messages as programs see them: JSON objects (docs/program-protocol.md).
#pragma once

#include <optional>
#include <string>

#include "dse/message.h"
#include "protocol/json.h"
#include "protocol/program_values.h"

namespace dse {

// Appends the message as a program reads it.
void append_json_message(const Message& message, std::string& line);
// Appends the members that the message has but its payload, each with a comma before it.
void append_json_members(const Message& message, std::string& line, JsonForm form);
// Whether it can be said in JSON: every name of a header is UTF-8.
bool is_sayable(const Message& message);

// What a program writes. Throws ProtocolError.
MessageFields read_message(const Json& json);
// The same, and `id`, `app_id` and `timestamp_ns`, as the driver of a test may give them.
MessageFields read_whole_message(const Json& json);
// All of it but the payload; other members are for others to read.
MessageFields read_json_members(const Json& json, JsonForm form);

}  // namespace dse
