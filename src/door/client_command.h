// What the clients of a listener ask of the exchange, in the order in which it is done. A listener makes
// commands of what it reads from sockets; the thread that decides gives them a virtual time, and the door
// does them. They are what a capture keeps of clients, so the door must not depend on anything else of them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "access/permissions.h"
#include "dse/index.h"
#include "dse/message.h"
#include "wire/methods.h"

namespace dse {

// A client's connection; they are numbered from 1 in the order in which they were opened, and no number is
// used twice in a run.
using ClientIndex = Index<struct ClientKind>;

// A client has logged in and opened the virtual host.
struct ClientOpened {
  std::string user = {};
  std::string virtual_host = {};
  std::string name = {};  // for human readers: what it calls itself, and where it comes from
  Permissions permissions = {};
  std::uint16_t channel_max = 0;    // as negotiated; never 0
  bool hears_cancellation = false;  // its capability consumer_cancel_notify
  bool operator==(const ClientOpened&) const = default;
};
// Its connection is lost, or it has broken the protocol before it could be told: nothing can be sent to it.
struct ClientGone {};
// What it has sent breaks the protocol. With channel 0 this ends the connection, else the channel.
struct ClientFailed {
  std::uint16_t code = 0;  // a reply-code of AMQP, such as 501
  std::string text = {};   // with the name of the code: "FRAME_ERROR - ..."
  wire::MethodId cause = {};
  bool operator==(const ClientFailed&) const = default;
};
// All that was sent to it before a ClientMark of this number has been written to its socket.
struct ClientWritten {
  std::uint64_t mark = 0;
};
// basic.publish with its content. The message's key and payload are those of the publication.
struct ClientPublication {
  wire::BasicPublish method = {};
  MessagePtr message = {};
};

// The methods are all that a client may send after connection.open, but for basic.publish.
using ClientAction = std::variant<ClientOpened, ClientGone, ClientFailed, ClientWritten, ClientPublication,
                                  wire::ClientMethod>;

struct ClientCommand {
  ClientIndex client;
  std::uint16_t channel = 0;
  ClientAction action = {};
};

}  // namespace dse
