// What the exchange sends to the clients of a listener, in the order in which it is to be written.
#pragma once

#include <cstdint>
#include <variant>

#include "door/client_command.h"
#include "dse/message.h"
#include "wire/methods.h"

namespace dse {

// Asks for ClientWritten of this number once everything before it has been written. Nothing of it is sent.
struct ClientMark {
  std::uint64_t number = 0;
};

// After connection.close-ok nothing follows, and the connection is to be ended; after connection.close
// nothing but what the client's own closing asks for.
struct ClientReply {
  ClientIndex client;
  std::uint16_t channel = 0;
  std::variant<wire::ServerMethod, ClientMark> what = {};
  MessagePtr content = {};  // for basic.return, basic.deliver and basic.get-ok
};

}  // namespace dse
