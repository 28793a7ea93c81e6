#include "sim/attach/listener_front.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace dse {
namespace {

// What ends a channel or a connection for what its client has done; "" for any other reply.
std::string refusal_in(const ClientReply& reply) {
  const auto* method = std::get_if<wire::ServerMethod>(&reply.what);
  if (method == nullptr) return "";
  if (const auto* closed = std::get_if<wire::ChannelClose>(method))
    return fmt::format("{} {}", closed->reply_code, closed->reply_text);
  if (const auto* closed = std::get_if<wire::ConnectionClose>(method))
    return fmt::format("{} {}", closed->reply_code, closed->reply_text);
  return "";
}

}  // namespace

// The listener stops reading when what it has read is not taken. So the world has never more to do than one
// such load, however fast clients are.
bool ListenerFront::take(Intake& intake) {
  if (intake.is_closed()) return true;
  if (intake.world().has_commands()) return false;
  for (ClientCommand& command : listener_.take()) intake.hand_in(std::move(command));
  return true;
}

void ListenerFront::settle(Intake& intake) {
  if (!has_to_settle(intake)) return;
  if (refused_) tell_refusals(intake.world());
  listener_.send(std::exchange(replies_, {}));
}

void ListenerFront::tell_refusals(const World& world) const {
  for (const ClientReply& reply : replies_) {
    if (const std::string refusal = refusal_in(reply); !refusal.empty())
      refused_(world.client_name(reply.client), refusal);
  }
}

}  // namespace dse
