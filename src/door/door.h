// The door: what the clients of a listener do, done on the exchange. It is to them a RabbitMQ 3.10 with one
// virtual host.
//
// A pure state machine beside the broker: the same commands at the same times give the same replies, and the
// same effects on everything else. It has no socket, clock or thread, and what a client sends never ends the
// run: it is answered as RabbitMQ answers it. The rules are those of rabbit_channel, rabbit_amqqueue and
// rabbit_exchange.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/data_bus.h"
#include "door/catalogue.h"
#include "door/client_command.h"
#include "door/client_refusal.h"
#include "door/client_reply.h"
#include "door/client_state.h"

namespace dse {

// Who hears of what clients do, as the world hears of what components do.
class DoorWatcher {
 public:
  // The event's spans are valid during the call; kNoClient: the door itself. What follows on the bus is told
  // by on_effects().
  virtual void on_client(ClientIndex client, const BusEvent& event) = 0;
  // What follows from an operation on the bus, for queues and for components.
  virtual void on_effects(const BusEvent& event) = 0;
  // A channel of the client, or its connection, was closed because of this.
  virtual void on_client_refusal(ClientIndex client, const ClientFailed& refusal) = 0;
  // A binding was made, or removed.
  virtual void on_client_binding(ClientIndex client, const BindingSpec& binding, bool made) = 0;

 protected:
  ~DoorWatcher() = default;
};

class Door {
 public:
  // How much is sent to a client before it has written what was sent before; one message may go beyond it.
  static constexpr std::int64_t kWindowBytes = 4 << 20;
  static constexpr std::int64_t kMarkEveryBytes = 1 << 20;
  // How much a client may hold unacknowledged; then nothing more is delivered to it.
  static constexpr std::int64_t kHeldBytesMax = 128 << 20;
  static constexpr std::size_t kConsumersMax = 10'000;  // on one channel
  // So many consumers are started in one run, on channels that are closed as well; the broker keeps each.
  static constexpr std::uint32_t kStreamsMax = 20'000'000;
  // So many bindings are made in one run: what a removed one leaves in its exchange is kept.
  static constexpr std::size_t kBindingsMadeMax = 1'000'000;
  // So many bytes of arguments are declared in one run, with what has been deleted: the least that a million
  // queues take with a few arguments each.
  static constexpr std::size_t kArgumentBytesMax = 256 << 20;

  struct Options {
    DoorTopology topology = {};
    // Random numbers of the run's own, for the names that the door gives.
    std::function<std::uint64_t()> draw;
    // Whether somebody reads the replies; otherwise they are not kept.
    bool keeps_replies = false;
    // The broker has them from now on: what a client makes go beyond them must not end the run.
    BrokerBounds bounds = {.drops = true};
  };

  // Both must outlive the door.
  Door(DataBus& bus, DoorWatcher& watcher, Options options, TimeNs now);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  // Does what a client asks for. Times never decrease.
  void apply(const ClientCommand& command, TimeNs now);
  // Takes what the bus has for clients, and what it did by itself, after anything else that happened there.
  void follow(const BusEvent& event, TimeNs now);

  // The replies since the last call, in their order.
  std::vector<ClientReply> take_replies() { return std::exchange(replies_, {}); }
  std::size_t clients() const { return clients_.size(); }
  // Whether a client has made the exchange or the queue of this name.
  bool is_of_clients(ResourceIndex resource) const { return catalogue_.is_of_clients(resource); }

 private:
  struct Caller;  // the client and channel whose method is being done

  // The life of a client, and what it sends as a whole (door.cc).
  void open(const ClientCommand& command, const ClientOpened& opened);
  void fail(ClientState& client, std::uint16_t channel, const ClientFailed& failed);
  void close(ClientState& client);
  void note_written(ClientState& client, const ClientWritten& written);
  void on_connection_method(ClientState& client, const wire::ClientMethod& method);
  void on_channel_method(ClientState& client, std::uint16_t number, const wire::ClientMethod& method);
  void open_channel(ClientState& client, std::uint16_t number);
  void close_channel(ClientState& client, ClientChannel& channel);
  void release(ClientIndex client, std::span<const StreamIndex> streams,
               std::span<const DeliveryTag> unsettled);

  // Methods of channels, one overload each (door_topology.cc, door_basic.cc).
  void perform_any(Caller& caller, const wire::ClientMethod& method);
  void perform(Caller& caller, const wire::ChannelFlow& method);
  void perform(Caller& caller, const wire::AccessRequest& method);
  void perform(Caller& caller, const wire::ConfirmSelect& method);
  void perform(Caller& caller, const wire::ExchangeDeclare& method);
  void perform(Caller& caller, const wire::ExchangeDelete& method);
  void perform(Caller& caller, const wire::ExchangeBind& method);
  void perform(Caller& caller, const wire::ExchangeUnbind& method);
  void perform(Caller& caller, const wire::QueueDeclare& method);
  void perform(Caller& caller, const wire::QueueBind& method);
  void perform(Caller& caller, const wire::QueueUnbind& method);
  void perform(Caller& caller, const wire::QueuePurge& method);
  void perform(Caller& caller, const wire::QueueDelete& method);
  void perform(Caller& caller, const wire::BasicQos& method);
  void perform(Caller& caller, const wire::BasicConsume& method);
  void perform(Caller& caller, const wire::BasicCancel& method);
  void perform(Caller& caller, const wire::BasicGet& method);
  void perform(Caller& caller, const wire::BasicAck& method);
  void perform(Caller& caller, const wire::BasicReject& method);
  void perform(Caller& caller, const wire::BasicNack& method);
  void perform(Caller& caller, const wire::BasicRecover& method);
  void perform(Caller& caller, const wire::BasicRecoverAsync& method);
  void perform(Caller& caller, const ClientPublication& publication);
  template <typename Method>
  void perform(Caller& caller, const Method& method);  // what RabbitMQ or this has not

  // Exchanges, queues and bindings.
  void create_exchange(Caller& caller, const std::string& name, const wire::ExchangeDeclare& method,
                       ExchangeType type);
  std::pair<DeclaredQueue*, std::string> declared_queue(Caller& caller, const wire::QueueDeclare& method);
  DeclaredQueue& create_queue(Caller& caller, const std::string& name, const wire::QueueDeclare& method);
  // A binding that a client asks for, whatever method asks for it.
  struct BindingRequest {
    std::string source;
    std::string destination;
    BindingTarget target;
    std::string key;
    const Headers& arguments;
  };
  BindingSpec checked_binding(Caller& caller, const BindingRequest& request) const;
  void bind(Caller& caller, const BindingRequest& request);
  void unbind(Caller& caller, const BindingRequest& request);
  bool is_of_scenario(const BindingSpec& binding);
  // How many bytes these are. Throws ClientRefusal when there is no room for them.
  std::size_t room_for(const Headers& arguments) const;
  DeclaredExchange& required_exchange(std::string_view name);
  // Refuses one that is not there, and one that is another client's.
  DeclaredQueue& required_queue(const Caller& caller, const std::string& name);
  void ensure_queue(DeclaredQueue& queue);
  void remove_queue(const std::string& name);
  void forget_queue(const std::string& name);
  void remove_exchange(const std::string& name, ClientIndex by);
  void remove_idle_exchanges(ClientIndex by);
  void require_reply_consumer(Caller& caller, const wire::QueueDeclare& method);

  // Messages.
  const ClientChannel::Target& target_of(Caller& caller, const std::string& exchange);
  MessagePtr checked_message(Caller& caller, const ClientPublication& publication);
  bool deliver_replies(const MessagePtr& message);
  bool deliver_reply(std::string_view key, const MessagePtr& message);
  void consume_replies(Caller& caller, const wire::BasicConsume& method);
  StreamIndex getter_of(Caller& caller, const std::string& name, ResourceIndex queue, bool acknowledges);
  void settle(Caller& caller, std::uint64_t number, bool multiple);
  void give_back(Caller& caller, std::uint64_t number, bool multiple, bool requeue);
  void tell_delivered(ClientIndex client, ResourceIndex queue, const Delivery& delivery, bool acknowledges);
  void deliver(Delivery& delivery);

  // What follows from an operation on the bus: observers hear of it, and clients get what it has for them.
  // `event` says what happened, and has the operation's effects.
  void tell(ClientIndex client, const BusEvent& event);
  void pass_on(const BusEvent& event);
  template <typename Act>
  BusEvent on_bus(const Act& act);
  void reply(ClientIndex client, std::uint16_t channel, wire::ServerMethod method, MessagePtr content = {});
  void count_sent(ClientState& client, const Message& message);
  std::string made_name(std::string_view prefix);
  ClientState* find_client(ClientIndex client);
  void require_room_for_streams() const;
  ClientStream& stream_of(StreamIndex stream) { return *streams_[stream.number()]; }
  void note_stream(StreamIndex number, ClientStream stream);
  GateLimits limits_of(const ClientChannel& channel) const { return {.prefetch = channel.global_prefetch}; }
  std::string exchange_text(std::string_view name) const;
  std::string queue_text(std::string_view name) const;
  [[noreturn]] void refuse_access(const std::string& text) const;

  DataBus& bus_;
  DoorWatcher& watcher_;
  Options options_;
  std::string virtual_host_ = "/";  // the first client's: all have the same
  Catalogue catalogue_;
  std::map<ClientIndex, std::unique_ptr<ClientState>> clients_;
  std::vector<std::unique_ptr<ClientStream>> streams_;  // by number; null for those of components
  // The channels with a consumer of replies, by what stands in reply_to.
  std::map<std::string, std::pair<ClientIndex, std::uint16_t>, std::less<>> reply_addresses_;
  std::uint32_t channels_opened_ = 0;
  std::size_t bindings_made_ = 0;
  std::size_t argument_bytes_ = 0;
  std::vector<ClientReply> replies_;
  std::vector<DeliveryTag> settling_;
  TimeNs now_ns_ = 0;
};

}  // namespace dse
