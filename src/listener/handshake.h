// The beginning of a connection (AMQP 0-9-1, section 2.2.4), until the client has opened the virtual host.
// What it answers, and when it says nothing, is what rabbit_reader of RabbitMQ 3.10 does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "access/permissions.h"
#include "listener/reply_queue.h"
#include "listener/session_settings.h"
#include "listener/user_connections.h"
#include "wire/methods.h"

namespace dse {

class Handshake {
 public:
  Handshake(const SessionSettings& settings, const SessionPeer& peer, UserConnections& users);

  enum class Step : std::uint8_t { kStart, kLogin, kTune, kOpen, kDone };
  Step step() const { return step_; }
  // The name that RabbitMQ has for a connection in this step.
  std::string_view state_name() const;

  void send_start(ReplyQueue& replies) const;
  // Takes the next method. Once the step is kDone, the connection counts as one of its user. Throws WireError
  // when it is not the one that is due, or is wrong.
  void take(const wire::ClientMethod& method, ReplyQueue& replies);

  // Who wants to log in, once the client has said it, until answer() is called.
  const std::optional<LoginQuestion>& question() const { return question_; }
  // The permissions of the user who has logged in, or empty when the login is refused. Returns whether it is
  // not.
  bool answer(std::optional<Permissions> permissions, ReplyQueue& replies);

  // Whether the client wants to be told of a refused login, of an alarm, and of consumers that end.
  bool has_capability(std::string_view name) const;
  // What was agreed upon; the last two once the step is kDone.
  std::uint32_t frame_max() const { return tune_.frame_max; }
  std::uint16_t heartbeat_s() const { return tune_.heartbeat; }
  std::uint16_t channel_max() const { return tune_.channel_max; }
  const std::string& user() const { return user_; }
  ClientOpened opened() const;

 private:
  void take_start_ok(const wire::ConnectionStartOk& method);
  void take_tune_ok(const wire::ConnectionTuneOk& method);
  void take_open(const wire::ConnectionOpen& method);

  const SessionSettings& settings_;
  const SessionPeer& peer_;
  UserConnections& users_;
  Step step_ = Step::kStart;
  std::optional<LoginQuestion> question_;
  Headers capabilities_;
  std::string client_name_;
  std::string user_;
  std::string mechanism_;
  Permissions permissions_;
  wire::ConnectionTuneOk tune_;
};

}  // namespace dse
