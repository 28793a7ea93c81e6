#include "bus/frame.h"

#include "core/check.h"

namespace dse {
namespace {

enum class Kind : std::uint8_t {
  kDeclare,
  kBind,
  kPublish,
  kStream,
  kAcknowledge,
  kReject,
  kClose,
  kDelivery,
  kReturn,
  kConfirm,
};

struct Wire {
  Kind kind = Kind::kClose;
  bool flag = false;  // mandatory, requeue, redelivered or accepted
  bool confirm = false;
  std::uint32_t number = 0;  // alias
  std::uint64_t tag = 0;     // delivery tag or prefetch
  const void* reference = nullptr;
};

Frame to_frame(const Wire& wire) {
  return {{static_cast<std::uint64_t>(wire.kind) | (std::uint64_t{wire.flag} << 8) |
               (std::uint64_t{wire.confirm} << 9) | (std::uint64_t{wire.number} << 32),
           wire.tag, reinterpret_cast<std::uintptr_t>(wire.reference)}};
}

Wire to_wire(const Frame& frame) {
  return {.kind = static_cast<Kind>(frame.words[0] & 0xff),
          .flag = ((frame.words[0] >> 8) & 1) != 0,
          .confirm = ((frame.words[0] >> 9) & 1) != 0,
          .number = static_cast<std::uint32_t>(frame.words[0] >> 32),
          .tag = frame.words[1],
          .reference = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(frame.words[2]))};
}

MessagePtr adopt_message(const Wire& wire) {
  return MessagePtr::adopt(static_cast<const Message*>(wire.reference));
}

template <typename T>
T adopt_boxed(const Wire& wire) {
  const std::unique_ptr<const T> box(static_cast<const T*>(wire.reference));
  return *box;
}

Frame encode_rare(Command&& command) {
  if (auto* declare = std::get_if<DeclareCommand>(&command)) {
    return to_frame({.kind = Kind::kDeclare,
                     .number = declare->alias.number(),
                     .reference = std::make_unique<std::string>(std::move(declare->resource)).release()});
  }
  if (auto* bind = std::get_if<BindCommand>(&command)) {
    return to_frame({.kind = Kind::kBind,
                     .reference = std::make_unique<BindingSpec>(std::move(bind->binding)).release()});
  }
  if (const auto* stream = std::get_if<StreamCommand>(&command)) {
    return to_frame({.kind = Kind::kStream, .number = stream->alias.number(), .tag = stream->prefetch});
  }
  if (const auto* reject = std::get_if<RejectCommand>(&command)) {
    return to_frame({.kind = Kind::kReject, .flag = reject->requeue, .tag = reject->tag.number()});
  }
  return to_frame({.kind = Kind::kClose});
}

}  // namespace

Frame encode(PublishCommand&& command) {
  return to_frame({.kind = Kind::kPublish,
                   .flag = command.mandatory,
                   .confirm = command.confirm,
                   .number = command.alias.number(),
                   .reference = command.message.release()});
}

Frame encode(const AcknowledgeCommand& command) {
  return to_frame({.kind = Kind::kAcknowledge, .tag = command.tag.number()});
}

Frame encode(DeliveryNotice&& notice) {
  return to_frame({.kind = Kind::kDelivery,
                   .flag = notice.redelivered,
                   .number = notice.alias.number(),
                   .tag = notice.tag.number(),
                   .reference = notice.message.release()});
}

Frame encode(Command&& command) {
  if (auto* publish = std::get_if<PublishCommand>(&command)) return encode(std::move(*publish));
  if (const auto* acknowledge = std::get_if<AcknowledgeCommand>(&command)) return encode(*acknowledge);
  return encode_rare(std::move(command));
}

Frame encode(Notice&& notice) {
  if (auto* delivery = std::get_if<DeliveryNotice>(&notice)) return encode(std::move(*delivery));
  if (auto* returned = std::get_if<ReturnNotice>(&notice)) {
    return to_frame({.kind = Kind::kReturn,
                     .number = returned->alias.number(),
                     .reference = returned->message.release()});
  }
  auto& confirm = std::get<ConfirmNotice>(notice);
  return to_frame({.kind = Kind::kConfirm,
                   .flag = confirm.accepted,
                   .number = confirm.alias.number(),
                   .reference = confirm.message.release()});
}

Command decode_command(const Frame& frame) {
  const Wire wire = to_wire(frame);
  switch (wire.kind) {
    case Kind::kDeclare:
      return DeclareCommand{ResourceAlias(wire.number), adopt_boxed<std::string>(wire)};
    case Kind::kBind:
      return BindCommand{adopt_boxed<BindingSpec>(wire)};
    case Kind::kPublish:
      return PublishCommand{ResourceAlias(wire.number), wire.flag, adopt_message(wire), wire.confirm};
    case Kind::kStream:
      return StreamCommand{ResourceAlias(wire.number), static_cast<std::uint32_t>(wire.tag)};
    case Kind::kAcknowledge:
      return AcknowledgeCommand{DeliveryTag(wire.tag)};
    case Kind::kReject:
      return RejectCommand{DeliveryTag(wire.tag), wire.flag};
    case Kind::kClose:
      return CloseCommand{};
    case Kind::kDelivery:
    case Kind::kReturn:
    case Kind::kConfirm:
      break;
  }
  DSE_CHECK(false, "frame kind {} is not a command", static_cast<int>(wire.kind));
}

Notice decode_notice(const Frame& frame) {
  const Wire wire = to_wire(frame);
  if (wire.kind == Kind::kDelivery)
    return DeliveryNotice{ResourceAlias(wire.number), DeliveryTag(wire.tag), wire.flag, adopt_message(wire)};
  if (wire.kind == Kind::kConfirm)
    return ConfirmNotice{ResourceAlias(wire.number), wire.flag, adopt_message(wire)};
  DSE_CHECK(wire.kind == Kind::kReturn, "frame kind {} is not a notice", static_cast<int>(wire.kind));
  return ReturnNotice{ResourceAlias(wire.number), adopt_message(wire)};
}

}  // namespace dse
