// What a client of a listener did, as bytes in a capture: methods and contents as AMQP has them on the wire.
// docs/capture-format.md describes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "door/client_command.h"

namespace dse {

void append_client_command(const ClientCommand& command, std::string& bytes);
// Empty when the bytes are not exactly one command, in the one form that it has. What is allocated is in
// proportion to them.
std::optional<ClientCommand> decode_client_command(std::string_view bytes);

// The same of what the client did, without who it is and on which channel.
void append_client_action(const ClientAction& action, std::string& bytes);
std::optional<ClientAction> decode_client_action(std::string_view bytes);

}  // namespace dse
