// A connection to an AMQP 0-9-1 broker, and its channels. The only file that talks to it is
// connection.cc.
//
// Operations that the broker answers return when it has; what it sends of its own accord comes from
// wait(). A connection that failed once (ConnectionLost) is of no more use, as is a channel
// (ChannelClosed): make a new one. One thread at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "amqp/broker_address.h"
#include "amqp/broker_error.h"
#include "amqp/clock.h"
#include "amqp/transport.h"
#include "dse/headers.h"
#include "dse/message.h"

namespace dse {

using ChannelNumber = std::uint16_t;

struct AmqpDelivery {
  ChannelNumber channel = 0;
  std::string consumer;  // its tag
  std::uint64_t tag = 0;
  bool redelivered = false;
  std::string exchange;
  MessageFields message;
  std::string refused;  // why the message cannot be taken, for people; "": it can be
  bool decoded = true;  // what is known of the message is all that it says
};
// A mandatory message that no queue took.
struct AmqpReturn {
  ChannelNumber channel = 0;
  std::string exchange;
  MessageFields message;
};
// Reports, on a channel with confirms, that the broker has taken, or has refused, the message of this number,
// and all before it if `multiple`.
struct AmqpConfirm {
  ChannelNumber channel = 0;
  std::uint64_t tag = 0;
  bool multiple = false;
  bool taken = true;
};
// The broker asks to publish no more (memory or disk is short), or has room again.
struct AmqpBlocked {
  bool blocked = true;
  std::string reason;
};
// The broker has ended a consumer: its queue was deleted.
struct AmqpCancelled {
  ChannelNumber channel = 0;
  std::string consumer;
};
using AmqpEvent = std::variant<AmqpDelivery, AmqpReturn, AmqpConfirm, AmqpBlocked, AmqpCancelled>;

struct ExchangeOptions {
  std::string type = "topic";
  bool durable = true;
  bool auto_delete = false;
  bool passive = false;  // only checks that it is there
};

// "x-max-length" and their like.
using AmqpArguments = Headers;

struct QueueOptions {
  bool durable = true;
  bool exclusive = false;
  bool auto_delete = false;
  bool passive = false;
  AmqpArguments arguments = {};
};
struct QueueInfo {
  std::string name;
  std::uint32_t messages = 0;  // ready
  std::uint32_t consumers = 0;
};

struct AmqpRoute {
  std::string source;       // exchange
  std::string destination;  // queue or exchange
  std::string key = {};
  AmqpArguments arguments = {};
};

struct DeleteOptions {
  bool if_unused = false;
  bool if_empty = false;  // of queues
};

struct ConnectionOptions {
  BrokerAddress address;
  std::string name;  // shown by the broker beside the connection
  // Becomes true when nobody wants to wait for the broker any longer; null: never. Must outlive
  // what it is for.
  const std::atomic<bool>* interrupted = nullptr;
  std::chrono::milliseconds timeout{10'000};  // of the handshake and of each answer
  // Shared, because an attempt to connect that was given up goes on by itself.
  std::shared_ptr<const Transport> transport = std::make_shared<NetworkTransport>();
  std::shared_ptr<const Clock> clock = std::make_shared<RealClock>();
};

class Connection {
 public:
  // Connects and logs in. Throws ConnectionLost when the broker cannot be reached or does not
  // answer, BrokerError when it refuses us, when its certificate does not verify, or when a file of
  // ours cannot be used.
  explicit Connection(ConnectionOptions options);
  // Closes, without waiting long for the broker.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A broker allows so many at a time (RabbitMQ: 2047 a connection); the number of a closed one is
  // used again.
  ChannelNumber open_channel();
  // What it had not acknowledged is requeued.
  void close_channel(ChannelNumber channel);

  void declare_exchange(ChannelNumber channel, const std::string& name, const ExchangeOptions& options);
  QueueInfo declare_queue(ChannelNumber channel, const std::string& name, const QueueOptions& options);
  void bind_queue(ChannelNumber channel, const AmqpRoute& route);
  void bind_exchange(ChannelNumber channel, const AmqpRoute& route);
  // Throw ChannelClosed (406) when it is in use or not empty and must not be. What is not there is
  // deleted already.
  void delete_queue(ChannelNumber channel, const std::string& name, const DeleteOptions& options);
  void delete_exchange(ChannelNumber channel, const std::string& name, const DeleteOptions& options);
  // How many messages were dropped.
  std::uint32_t purge_queue(ChannelNumber channel, const std::string& name);

  // From now on the messages published on this channel are numbered from 1 and confirmed
  // (RabbitMQ's extension confirm.select).
  void select_confirms(ChannelNumber channel);
  // Limits the unacknowledged deliveries of each consumer that this channel starts later; 0: no limit.
  void set_prefetch(ChannelNumber channel, std::uint16_t prefetch);
  // Starts a consumer with acknowledgements; returns its tag.
  std::string consume(ChannelNumber channel, const std::string& queue);

  struct Publication {
    const std::string& exchange;
    const MessageFields& message;
    bool mandatory = false;
    std::string_view run = {};  // for the header x-dse-run; "" for none
    std::int64_t number = 0;    // for the header x-dse-number, with a run
  };
  // Sent as a persistent message, not answered. Throws BrokerError for what AMQP cannot carry.
  void publish(ChannelNumber channel, const Publication& publication);
  struct Settlement {
    std::uint64_t tag = 0;
    bool multiple = false;  // and all before it
    bool acknowledge = true;
    bool requeue = false;  // when not acknowledged
  };
  void settle(ChannelNumber channel, const Settlement& settlement);

  // The next thing that the broker sends, waiting at most so long for it; empty when nothing came.
  // Sends heartbeats when they are due, and notices when the broker's do not come. Throws
  // ChannelClosed and ConnectionLost.
  //
  // An operation that is answered throws UndecodableData when the library cannot decode what comes
  // meanwhile; wait() then gives what came before, and at last, if that was a message, the message,
  // refused, and the connection is spent(). After that it is always empty.
  std::optional<AmqpEvent> wait(std::chrono::milliseconds timeout);
  // Nothing more can be read here, though what is sent still arrives: settle what came, and make a
  // new one.
  bool spent() const;
  // Readable when there may be something for wait(), unless wait() itself has kept something: call
  // it until empty before waiting on this.
  int descriptor() const;
  // How often wait() must be called at the least for heartbeats to go out.
  std::chrono::milliseconds heartbeat_interval() const;
  // A message of more bytes is not published: BrokerError.
  static constexpr std::size_t kPayloadBytesMax = 128 << 20;

  std::string describe() const { return options_.address.describe(); }

 private:
  struct State;

  ConnectionOptions options_;
  std::unique_ptr<State> state_;
};

}  // namespace dse
