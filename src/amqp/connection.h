// A connection to a real broker (AMQP 0-9-1), and its channels. Only connection.cc talks to the
// broker.
//
// Operations that the broker answers return when it has answered; wait() gives what it sends of its
// own accord. A connection that has failed (ConnectionLost) is useless, and so is a channel that
// was closed (ChannelClosed): make a new one. One thread at a time.
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
  std::string consumer;  // the consumer's tag
  std::uint64_t tag = 0;
  bool redelivered = false;
  std::string exchange;
  MessageFields message;
  std::string refused;  // why the message cannot be taken, for human readers; "" if it can
  bool decoded = true;  // false: only a part of the message could be read
};
// A mandatory message that no queue took.
struct AmqpReturn {
  ChannelNumber channel = 0;
  std::string exchange;
  MessageFields message;
};
// Reports, on a channel with confirms, that the broker has taken or refused the message of this
// number, and all before it if `multiple`.
struct AmqpConfirm {
  ChannelNumber channel = 0;
  std::uint64_t tag = 0;
  bool multiple = false;
  bool taken = true;
};
// The broker asks us to stop publishing (it is short of memory or disk), or has room again.
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

// Arguments such as "x-max-length".
using AmqpArguments = Headers;

struct ExchangeDeclaration {
  std::string type = "topic";
  bool durable = true;
  bool auto_delete = false;
  bool passive = false;  // only checks that it exists
  AmqpArguments arguments = {};
};

struct QueueDeclaration {
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
  bool if_empty = false;  // for queues only
};

struct ConnectionOptions {
  BrokerAddress address;
  std::string name;  // the broker shows it beside the connection
  // Becomes true when waiting for the broker must end; null: never. It must outlive whatever uses
  // these options.
  const std::atomic<bool>* interrupted = nullptr;
  std::chrono::milliseconds timeout{10'000};  // for the handshake and for each answer
  // Shared, because an attempt to connect that was given up continues on its own.
  std::shared_ptr<const Transport> transport = std::make_shared<NetworkTransport>();
  std::shared_ptr<const Clock> clock = std::make_shared<RealClock>();
};

class Connection {
 public:
  // Connects and logs in. Throws ConnectionLost when the broker cannot be reached or does not
  // answer, BrokerError when it refuses us, when its certificate does not verify, or when one of
  // our files cannot be used.
  explicit Connection(ConnectionOptions options);
  // Closes the connection, without waiting long for the broker.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A broker limits the channels of a connection (RabbitMQ: 2047); the number of a closed one is
  // used again.
  ChannelNumber open_channel();
  // Deliveries that the channel had not acknowledged are requeued.
  void close_channel(ChannelNumber channel);

  void declare_exchange(ChannelNumber channel, const std::string& name, const ExchangeDeclaration& options);
  QueueInfo declare_queue(ChannelNumber channel, const std::string& name, const QueueDeclaration& options);
  void bind_queue(ChannelNumber channel, const AmqpRoute& route);
  void bind_exchange(ChannelNumber channel, const AmqpRoute& route);
  // These throw ChannelClosed (406) when the options forbid deleting it because it is in use or not
  // empty. Deleting what does not exist succeeds.
  void delete_queue(ChannelNumber channel, const std::string& name, const DeleteOptions& options);
  void delete_exchange(ChannelNumber channel, const std::string& name, const DeleteOptions& options);
  // Returns the number of messages dropped.
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
  // Sends a persistent message, which the broker does not answer. Throws BrokerError for what AMQP
  // cannot carry.
  void publish(ChannelNumber channel, const Publication& publication);
  struct Settlement {
    std::uint64_t tag = 0;
    bool multiple = false;  // also all before it
    bool acknowledge = true;
    bool requeue = false;  // for a rejection
  };
  void settle(ChannelNumber channel, const Settlement& settlement);

  // Returns the next event from the broker, waiting for it at most this long; empty when none came.
  // Sends heartbeats when they are due, and notices when the broker's are missing. Throws
  // ChannelClosed and ConnectionLost.
  //
  // An operation that the broker answers throws UndecodableData when rabbitmq-c cannot decode what
  // comes meanwhile; wait() then returns what came before, and last, if the undecodable part was a
  // message, that message, refused. The connection is then spent(), and wait() returns nothing
  // more.
  std::optional<AmqpEvent> wait(std::chrono::milliseconds timeout);
  // True when nothing more can be read from this connection, though what we send still arrives:
  // settle what came, and make a new connection.
  bool spent() const;
  // Readable when wait() may have something to return. wait() may also have kept something: call it
  // until it is empty before polling this.
  int descriptor() const;
  // The longest time between calls of wait() with which heartbeats go out in time.
  std::chrono::milliseconds heartbeat_interval() const;

  std::string describe() const { return options_.address.describe(); }

 private:
  struct State;

  ConnectionOptions options_;
  std::unique_ptr<State> state_;
};

}  // namespace dse
