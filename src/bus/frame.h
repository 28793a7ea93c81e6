// The wire form of what crosses a link between a component and the Data Bus: one frame of fixed size for
// every command, message and delivery.
//
// A frame carries a message as one counted reference (see MessagePtr), so its payload is never
// copied. Decoding a frame transfers that reference to the caller.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "broker/broker.h"
#include "dse/binding.h"
#include "dse/message.h"

namespace dse {

// A component's own number for a resource: declared once with the name, then used in every frame of
// its link.
using ResourceAlias = Index<struct AliasKind>;
// The commands, from a component to the bus.
struct DeclareCommand {
  ResourceAlias alias;
  std::string resource;
};
struct BindCommand {
  BindingSpec binding;
};
struct PublishCommand {
  ResourceAlias alias;
  bool mandatory = false;  // return the message when no queue takes it
  MessagePtr message;
  bool confirm = false;  // say whether its queues have accepted it
};
struct StreamCommand {
  ResourceAlias alias;
  std::uint32_t prefetch = 0;  // most unacknowledged deliveries; 0: no limit
};
struct AcknowledgeCommand {
  DeliveryTag tag;
};
struct RejectCommand {
  DeliveryTag tag;
  bool requeue = false;
};
struct CloseCommand {};

// The notices, from the bus to a component.
struct DeliveryNotice {
  ResourceAlias alias;
  DeliveryTag tag;
  bool redelivered = false;
  MessagePtr message;
};
struct ReturnNotice {
  ResourceAlias alias;
  MessagePtr message;
};
struct ConfirmNotice {
  ResourceAlias alias;
  bool accepted = false;  // a publisher confirm; otherwise a nack
  MessagePtr message;
};

using Command = std::variant<DeclareCommand, BindCommand, PublishCommand, StreamCommand, AcknowledgeCommand,
                             RejectCommand, CloseCommand>;
using Notice = std::variant<DeliveryNotice, ReturnNotice, ConfirmNotice>;

struct Frame {
  // Holds kind, flags and alias; a delivery tag or prefetch; a reference. They are whole words, so
  // that a frame just written is read back without a stall.
  std::array<std::uint64_t, 3> words{};
};

// Encoding moves the references in; each frame must be decoded exactly once, or its reference leaks.
Frame encode(PublishCommand&& command);
Frame encode(const AcknowledgeCommand& command);
Frame encode(DeliveryNotice&& notice);
Frame encode(Command&& command);
Frame encode(Notice&& notice);

// A frame of the wrong direction or kind is a programmer's mistake.
Command decode_command(const Frame& frame);
Notice decode_notice(const Frame& frame);

}  // namespace dse
