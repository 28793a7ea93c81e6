// A component's side of a connection that may be lost, as an AMQP client's is: what the bus has not confirmed
// is sent again on the next connection, before everything that was held back meanwhile, and the stream is
// opened again. Innermost, directly around the link.
//
// A confirm comes back one hop after its message has reached the bus; that of a message whose writer asked
// for it is the notice that the component gets. A message whose confirm was under way when the connection
// broke is sent again although the bus has it: so there may be two of it, but its writer hears of one
// confirm, because the first is lost. Settlements of deliveries of a connection that is gone are dropped.
// Used by the deciding thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "broker/broker.h"
#include "sim/world/forwarding_link.h"
#include "sim/world/inproc_link.h"

namespace dse {

class ReconnectingLink : public ForwardingLink {
 public:
  struct Parts {
    InprocLink& inner;
    const Hops& hops;      // those of `inner`; they vary
    const Broker& broker;  // knows which deliveries are still outstanding
    // Called when the stream is opened again.
    std::function<void(const std::string& queue)> on_stream_again;
  };
  // What the parts refer to must outlive this.
  explicit ReconnectingLink(Parts parts) : ForwardingLink(parts.inner), parts_(std::move(parts)) {}

  // The connection is not there any more: nothing goes out until reconnect(). The bus has
  // received `received` of the frames sent so far, and will receive no more of them.
  void disconnect(std::uint64_t received);
  void reconnect();
  bool connected() const { return connected_; }
  // The component has been told whether the bus has accepted this message.
  void note_confirm(const MessagePtr& message);

  void declare(const std::string& resource) override;
  void bind(const BindingSpec& binding) override;
  void publish(PublishRequest request) override;
  void open_stream(const std::string& resource, std::uint32_t prefetch) override;
  void acknowledge(std::uint64_t tag) override;
  void reject(std::uint64_t tag, bool requeue) override;
  void end(int status) override;

 private:
  struct Command {
    enum class Kind { kDeclare, kBind, kPublish, kStream } kind = Kind::kDeclare;
    std::string resource = {};
    BindingSpec binding = {};
    MessagePtr message = {};
    bool mandatory = false;
    bool confirm = false;
    TimeNs later_ns = 0;
    std::uint32_t prefetch = 0;
    std::uint64_t frame = 0;  // how many frames were sent with it
    TimeNs confirmed_ns = 0;  // when its confirm comes back; the last of all times if that is unknown
    bool is_known = false;    // the link has declared it before
  };

  void send(Command command);
  void forward(Command& command);
  void forget_confirmed();
  bool settles(std::uint64_t tag) const { return connected_ && parts_.broker.outstanding(DeliveryTag(tag)); }

  Parts parts_;
  bool connected_ = true;
  std::optional<int> ended_;         // while it is not connected
  std::deque<Command> unconfirmed_;  // sent on this connection, or on the last one
  std::deque<Command> held_back_;    // while it is not connected
  std::optional<Command> stream_;    // open at the bus when the connection broke, or since
};

}  // namespace dse
