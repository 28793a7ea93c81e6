// The other end of a connection: a test tells it what to expect from us and what to answer. It
// sends frames of AMQP 0-9-1 (section 4.2), or any bytes that the test likes.
//
//   AmqpPeer peer = network.accept();
//   peer.shake_hands();
//   peer.answer_channel_open();
//   peer.answer(AMQP_CONFIRM_SELECT_METHOD, AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t{});
//   CHECK(peer.expect_publish().message.id == "m-0");
//   peer.confirm({.tag = 1});
//   peer.cut();
//
// Anything unexpected, or missing for a long time, is a PeerError. One thread at a time.
#pragma once

#include <amqp.h>
#include <amqp_framing.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/connection.h"
#include "amqp/notifier.h"
#include "core/file_descriptor.h"

struct AmqpFrame {
  std::uint8_t type = AMQP_FRAME_METHOD;
  std::uint16_t channel = 0;
  std::string payload;
};

// A method that was received, with the memory that its fields point into.
class AmqpMethodFrame {
 public:
  explicit AmqpMethodFrame(const AmqpFrame& frame);

  amqp_method_number_t id() const { return id_; }
  std::uint16_t channel() const { return channel_; }
  template <typename Method>
  const Method& as() const {
    return *static_cast<const Method*>(decoded_);
  }

 private:
  struct Pool;

  std::shared_ptr<Pool> pool_;
  amqp_method_number_t id_ = 0;
  std::uint16_t channel_ = 0;
  void* decoded_ = nullptr;
};

// A message that was published.
struct PeerPublication {
  std::string exchange;
  bool mandatory = false;
  dse::MessageFields message;
};

class AmqpPeer {
 public:
  explicit AmqpPeer(dse::FileDescriptor socket) : socket_(std::move(socket)) {}

  // What the peer offers, and its limits.
  struct Login {
    std::string mechanisms = "PLAIN AMQPLAIN EXTERNAL";
    std::uint16_t channel_max = 2047;
    std::uint32_t frame_max = 131072;
    std::uint16_t heartbeat_s = 0;
  };
  // The whole handshake (section 2.2.4), and its steps.
  void shake_hands() { shake_hands(Login{}); }
  void shake_hands(const Login& login);
  void expect_protocol_header();
  void send_start(const Login& login);
  void send_tune(const Login& login);

  // Returns the next method, which must be this one. Skips heartbeats.
  AmqpMethodFrame expect(amqp_method_number_t id);
  // Expects a basic.publish with its content.
  PeerPublication expect_publish();
  // Expects us to close the connection, which the peer then confirms, or to have cut it.
  void expect_end();

  // Expects the first method, and answers on its channel with the second.
  template <typename Method>
  AmqpMethodFrame answer(amqp_method_number_t expected, amqp_method_number_t id, Method method) {
    AmqpMethodFrame asked = expect(expected);
    send(asked.channel(), id, method);
    return asked;
  }
  std::uint16_t answer_channel_open();
  void answer_declare(const std::string& queue, std::uint32_t messages);
  // Serves the requests of a consumer that declares its queue: a channel, the queue, a prefetch,
  // and the consumer.
  void accept_consumer(const std::string& queue);

  template <typename Method>
  void send(std::uint16_t channel, amqp_method_number_t id, Method method) {
    send_frame({AMQP_FRAME_METHOD, channel, encoded(id, &method)});
  }
  struct Confirm {
    std::uint64_t tag = 0;
    bool multiple = false;
    std::uint16_t channel = 1;
  };
  void confirm(const Confirm& confirm);
  void refuse(const Confirm& confirm);  // basic.nack
  struct PeerDelivery {
    std::uint64_t tag = 1;
    bool redelivered = false;
    std::uint16_t channel = 1;
    std::string consumer = "consumer";
  };
  void deliver(const PeerDelivery& delivery, const dse::MessageFields& message);
  // A message whose only header rabbitmq-c cannot decode: a header without a name is noticed when
  // the message is decoded, one without a type already when it is read.
  enum class Undecodable { kNoName, kNoType };
  void deliver_undecodable(std::uint64_t tag, Undecodable how = Undecodable::kNoName);
  void give_back(const PeerPublication& publication, std::uint16_t channel = 1);  // basic.return
  struct Reply {
    int code = AMQP_INTERNAL_ERROR;
    std::string text = "broken";
    amqp_method_number_t about = 0;
  };
  void close_connection(const Reply& reply);
  void close_channel(std::uint16_t channel, const Reply& reply);

  void send_content(std::uint16_t channel, const dse::MessageFields& message);
  void send_content_header(std::uint16_t channel, std::uint64_t body_bytes, const std::string& properties);
  void send_frame(const AmqpFrame& frame);
  void send_bytes(std::string_view bytes);
  // Closes the socket.
  void cut() { socket_ = dse::FileDescriptor(); }
  bool is_cut() const { return !socket_; }

  static std::string frame_bytes(const AmqpFrame& frame);
  static std::string encoded(amqp_method_number_t id, void* method);

  // For a caller that serves several peers: read_some() reads what has come, and returns false when
  // the other end has closed; the others return the frames read so far.
  bool read_some();
  std::optional<AmqpFrame> take_frame();
  bool take_protocol_header();
  int descriptor() const { return socket_.number(); }

 private:
  AmqpFrame receive();
  void await_bytes();

  dse::FileDescriptor socket_;
  std::string unread_;
};

// Assembles a content header and its body: returns the publication, or nothing while frames are
// missing.
class ContentReader {
 public:
  void begin(const AmqpMethodFrame& publish);
  std::optional<PeerPublication> add(const AmqpFrame& frame);

 private:
  PeerPublication publication_;
  std::string properties_;
  std::string body_;
  std::uint64_t body_bytes_ = 0;
};

// Opens connections to peers, which the caller of accept() then controls. Any thread.
class PeerTransport : public dse::Transport {
 public:
  void open(amqp_connection_state_t_* state, const dse::BrokerAddress& address,
            std::chrono::milliseconds timeout) const override;

  // Returns the other end of the next connection that is opened.
  AmqpPeer accept();
  std::optional<AmqpPeer> try_accept();
  // From now on, connecting fails, or succeeds again.
  void set_reachable(bool reachable);
  // The number of attempts to connect, including failed ones.
  int attempts() const;
  // Notifies `opened` of each connection that is opened.
  void set_notifier(const dse::Notifier* opened);

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  mutable std::deque<dse::FileDescriptor> waiting_;
  mutable int attempts_ = 0;
  bool reachable_ = true;
  const dse::Notifier* notifier_ = nullptr;
};
