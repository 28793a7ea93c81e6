#include "listener/client_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "wire/method_codec.h"

namespace dse {

using wire::FrameType;
using wire::ReplyCode;
using wire::WireError;

namespace {

constexpr std::string_view kProtocolHeader("AMQP\0\0\x09\x01", 8);
// The header of AMQP 0-9, which RabbitMQ takes for 0-9-1.
constexpr std::string_view kOlderProtocolHeader("AMQP\x01\x01\0\x09", 8);

bool is_method(const wire::WireFrame& frame) {
  return frame.type == static_cast<std::uint8_t>(FrameType::kMethod);
}

bool is_heartbeat(const wire::WireFrame& frame) {
  return frame.type == static_cast<std::uint8_t>(FrameType::kHeartbeat) && frame.payload.empty();
}

wire::ConnectionClose close_of(const WireError& error) {
  return {.reply_code = error.code(), .reply_text = error.what(), .cause = error.cause()};
}

// Whether the method is one of the class connection.
bool is_of_connection(const wire::ClientMethod& method) {
  return wire::id_of(method).class_id == wire::ConnectionClose::kId.class_id;
}

// Throws what RabbitMQ answers to a frame on channel 0 that is no method.
void check_is_method(const wire::WireFrame& frame) {
  constexpr std::size_t kMethodBytesMin = 4;
  if (is_method(frame) && frame.payload.size() >= kMethodBytesMin) return;
  constexpr std::size_t kHeaderBytesMin = 12;
  const bool is_content = frame.type == static_cast<std::uint8_t>(FrameType::kBody) ||
                          (frame.type == static_cast<std::uint8_t>(FrameType::kHeader) &&
                           frame.payload.size() >= kHeaderBytesMin);
  if (is_content) throw WireError(ReplyCode::kUnexpectedFrame, frame_snippet(frame));
  throw WireError(ReplyCode::kFrameError, fmt::format("{}: unknown_frame", frame_snippet(frame)));
}

// The method; throws what RabbitMQ answers to one on channel 0 that cannot be decoded.
wire::ClientMethod decode_on_channel_0(std::string_view payload) {
  try {
    return wire::decode_client_method(payload);
  } catch (const WireError& error) {
    if (error.code() == static_cast<std::uint16_t>(ReplyCode::kCommandInvalid))
      throw WireError(ReplyCode::kChannelError, "unexpected method in connection state running",
                      error.cause());
    if (error.code() == static_cast<std::uint16_t>(ReplyCode::kFrameError))
      throw WireError(ReplyCode::kInternalError, "");
    throw;
  }
}

}  // namespace

ClientSession::ClientSession(SharedSessions& shared, SessionPeer peer, SessionTime now)
    : shared_(shared),
      peer_(std::move(peer)),
      handshake_(shared.settings, peer_, shared.users),
      replies_(shared.buffers),
      end_at_(now + shared.settings.limits.login_time),
      received_at_(now),
      written_at_(now) {}

ClientSession::~ClientSession() {
  if (client_) shared_.users.remove(handshake_.user());
}

bool ClientSession::wants_input() const {
  const bool is_checking = state_ == State::kHandshake && handshake_.step() == Handshake::Step::kLogin;
  return !is_checking && !is_blocked_ && !frames_are_lost_ && state_ != State::kSilent &&
         state_ != State::kOver;
}

void ClientSession::receive(std::string_view bytes, SessionTime now) {
  received_at_ = now;
  if (input_.empty()) {
    keep(take(bytes, now));
    return;
  }
  input_.append(bytes);
  go_on(now);
}

void ClientSession::go_on(SessionTime now) {
  if (is_blocked_ && shared_.why_blocked() == nullptr) {
    is_blocked_ = false;
    received_at_ = now;
    if (std::exchange(was_told_blocked_, false)) replies_.push(wire::ConnectionUnblocked{});
  }
  const std::size_t rest = take(input_, now).size();
  input_.erase(0, input_.size() - rest);
  if (input_.empty()) shared_.buffers.take_back(input_);
}

void ClientSession::keep(std::string_view rest) {
  if (rest.empty()) return;
  shared_.buffers.lend(input_);
  input_ = rest;
}

std::string_view ClientSession::take(std::string_view bytes, SessionTime now) {
  if (state_ == State::kHeader) bytes = take_protocol_header(bytes);
  if (state_ == State::kHeader) return bytes;
  try {
    while (wants_input()) {
      wire::FrameReader reader(bytes, handshake_.frame_max());
      const std::optional<wire::WireFrame> frame = reader.next();
      if (!frame || blocks(*frame)) return bytes;
      bytes = reader.rest();
      take_frame(*frame, now);
    }
  } catch (const WireError& error) {
    fail(error, now, true);
  }
  // What comes after the end is not kept.
  const bool is_dropped = frames_are_lost_ || state_ == State::kSilent || state_ == State::kOver;
  return is_dropped ? std::string_view() : bytes;
}

std::string_view ClientSession::take_protocol_header(std::string_view bytes) {
  if (bytes.size() < kProtocolHeader.size()) return bytes;
  const std::string_view header = bytes.substr(0, kProtocolHeader.size());
  if (header == kProtocolHeader || header == kOlderProtocolHeader) {
    state_ = State::kHandshake;
    handshake_.send_start(replies_);
    return bytes.substr(header.size());
  }
  replies_.push_bytes(kProtocolHeader);
  state_ = State::kOver;
  return {};
}

void ClientSession::take_frame(const wire::WireFrame& frame, SessionTime now) {
  try {
    switch (state_) {
      case State::kHandshake:
        return take_handshake_frame(frame, now);
      case State::kRunning:
        return frame.channel == 0 ? take_connection_frame(frame) : take_channel_frame(frame);
      case State::kFailed:
      case State::kClosing:
      case State::kClosed:
        return take_frame_while_closing(frame);
      case State::kHeader:
      case State::kSilent:
      case State::kOver:
        return;
    }
  } catch (const WireError& error) {
    fail(error, now, false);
  }
}

void ClientSession::take_handshake_frame(const wire::WireFrame& frame, SessionTime now) {
  if (frame.channel != 0) throw WireError(ReplyCode::kUnexpectedFrame, frame_snippet(frame));
  if (is_heartbeat(frame)) return;
  check_is_method(frame);
  handshake_.take(decode_on_channel_0(frame.payload), replies_);
  if (handshake_.step() == Handshake::Step::kDone) open(now);
}

void ClientSession::open(SessionTime now) {
  state_ = State::kRunning;
  end_at_.reset();
  received_at_ = now;
  replies_.set_frame_max(handshake_.frame_max());
  client_ = ++shared_.last_client;
  command(0, handshake_.opened());
}

void ClientSession::take_connection_frame(const wire::WireFrame& frame) {
  if (is_heartbeat(frame)) return;
  check_is_method(frame);
  take_connection_method(decode_on_channel_0(frame.payload));
}

void ClientSession::take_connection_method(wire::ClientMethod&& method) {
  if (std::holds_alternative<wire::ConnectionClose>(method)) {
    state_ = State::kClosing;
    channels_.clear();
    command(0, std::move(method));
    has_ended_ = true;
  } else if (std::holds_alternative<wire::ConnectionUpdateSecret>(method)) {
    command(0, std::move(method));
  } else {
    throw WireError(ReplyCode::kChannelError, "unexpected method in connection state running",
                    wire::id_of(method));
  }
}

void ClientSession::take_channel_frame(const wire::WireFrame& frame) {
  ChannelAssembly& assembly = assembly_of(frame.channel);
  std::optional<ClientAction> action =
      assembly.take(frame, shared_.alive, shared_.settings.limits.body_bytes_max);
  if (!action) return;
  if (const auto* method = std::get_if<wire::ClientMethod>(&*action)) {
    if (is_of_connection(*method))
      throw WireError(ReplyCode::kCommandInvalid, "unimplemented method", wire::id_of(*method));
    const bool ends = std::holds_alternative<wire::ChannelClose>(*method) ||
                      std::holds_alternative<wire::ChannelCloseOk>(*method);
    if (ends) channels_.erase(frame.channel);
  }
  command(frame.channel, *std::move(action));
}

ChannelAssembly& ClientSession::assembly_of(std::uint16_t channel) {
  const auto at = channels_.find(channel);
  if (at != channels_.end()) return at->second;
  const std::uint16_t most = handshake_.channel_max();
  if (channels_.size() >= most) {
    throw WireError(ReplyCode::kNotAllowed,
                    fmt::format("number of channels opened ({}) has reached the negotiated channel_max ({})",
                                channels_.size(), most));
  }
  return channels_[channel];
}

bool ClientSession::blocks(const wire::WireFrame& frame) {
  const bool is_publication = state_ == State::kRunning && frame.channel != 0 &&
                              frame.type == static_cast<std::uint8_t>(FrameType::kHeader);
  const char* reason = is_publication ? shared_.why_blocked() : nullptr;
  if (reason == nullptr) return false;
  is_blocked_ = true;
  if (handshake_.has_capability("connection.blocked") && !std::exchange(was_told_blocked_, true))
    replies_.push(wire::ConnectionBlocked{.reason = reason});
  return true;
}

void ClientSession::take_frame_while_closing(const wire::WireFrame& frame) {
  if (frame.channel != 0 || !is_method(frame)) return;
  wire::ClientMethod method;
  try {
    method = wire::decode_client_method(frame.payload);
  } catch (const WireError&) {
    return;  // whatever it is, it comes too late to matter
  }
  if (std::holds_alternative<wire::ConnectionCloseOk>(method) && state_ == State::kClosed) return end();
  if (!std::holds_alternative<wire::ConnectionClose>(method)) return;
  replies_.push(wire::ConnectionCloseOk{});
  end();
}

void ClientSession::command(std::uint16_t channel, ClientAction&& action) {
  shared_.commands.push_back({.client = *client_, .channel = channel, .action = std::move(action)});
}

void ClientSession::fail(const WireError& error, SessionTime now, bool frames_are_lost) {
  frames_are_lost_ = frames_are_lost_ || frames_are_lost;
  const SessionTime refused_at = now + shared_.settings.limits.refused_time;
  if (state_ == State::kRunning) {
    fail_running(error);
  } else if (state_ == State::kHandshake && handshake_.step() == Handshake::Step::kOpen &&
             error.code() != static_cast<std::uint16_t>(ReplyCode::kInternalError)) {
    shared_.refusals.push_back({handshake_.user(), fmt::format("{} {}", error.code(), error.what())});
    close(close_of(error), now);
  } else if (state_ == State::kHandshake) {
    state_ = State::kSilent;
    end_at_ = refused_at;
  }
  if (frames_are_lost) end_at_ = refused_at;
}

void ClientSession::fail_running(const WireError& error) {
  state_ = State::kFailed;
  channels_.clear();
  command(0, ClientFailed{.code = error.code(), .text = error.what(), .cause = error.cause()});
  has_ended_ = true;
}

void ClientSession::close(wire::ConnectionClose&& close, SessionTime now) {
  replies_.push(std::move(close));
  state_ = State::kClosed;
  channels_.clear();
  is_blocked_ = false;
  end_at_ = now + (frames_are_lost_ ? shared_.settings.limits.refused_time : closing_time());
}

void ClientSession::lose() {
  if (client_ && !std::exchange(has_ended_, true)) command(0, ClientGone{});
  is_lost_ = true;
  end();
}

void ClientSession::end() {
  state_ = State::kOver;
  is_blocked_ = false;
  channels_.clear();
}

std::optional<LoginQuestion> ClientSession::take_login_question() {
  if (is_asked_ || !handshake_.question()) return std::nullopt;
  is_asked_ = true;
  return handshake_.question();
}

void ClientSession::answer_login(std::optional<Permissions> permissions, SessionTime now) {
  if (state_ != State::kHandshake || !handshake_.question()) return;
  if (handshake_.answer(std::move(permissions), replies_)) {
    go_on(now);
    return;
  }
  // RabbitMQ waits for connection.close-ok if it has told why, and otherwise says nothing for this time.
  state_ = handshake_.has_capability("authentication_failure_close") ? State::kClosed : State::kSilent;
  end_at_ = now + shared_.settings.limits.refused_time;
}

void ClientSession::reply(ClientReply&& reply, SessionTime now) {
  if (state_ == State::kOver || state_ == State::kClosed) return;
  auto* method = std::get_if<wire::ServerMethod>(&reply.what);
  auto* closing = method == nullptr ? nullptr : std::get_if<wire::ConnectionClose>(method);
  if (closing != nullptr && state_ == State::kClosing) {
    // Both close: the client waits for this.
    replies_.push(wire::ConnectionCloseOk{});
    end();
  } else if (closing != nullptr) {
    has_ended_ = true;
    close(std::move(*closing), now);
  } else {
    const bool is_last = method != nullptr && std::holds_alternative<wire::ConnectionCloseOk>(*method);
    replies_.push(std::move(reply));
    if (is_last) end();
  }
}

void ClientSession::shut_down(SessionTime now) {
  if (state_ != State::kRunning) {
    if (state_ != State::kClosed && state_ != State::kClosing) lose();
    return;
  }
  if (!std::exchange(has_ended_, true)) command(0, ClientGone{});
  const std::string_view text = "broker forced connection closure with reason 'shutdown'";
  close({.reply_code = static_cast<std::uint16_t>(ReplyCode::kConnectionForced),
         .reply_text = wire::reply_text(ReplyCode::kConnectionForced, text)},
        now);
}

void ClientSession::written(std::size_t bytes, SessionTime now) {
  if (bytes > 0) written_at_ = now;
  replies_.written(bytes);
  while (const std::optional<std::uint64_t> mark = replies_.take_mark()) {
    if (!has_ended_) command(0, ClientWritten{.mark = *mark});
  }
}

SessionTime ClientSession::closing_time() const {
  const SessionTime most = shared_.settings.limits.closing_time;
  const std::chrono::seconds heartbeat(handshake_.heartbeat_s());
  return heartbeat.count() > 0 && heartbeat < most ? heartbeat : most;
}

std::optional<SessionTime> ClientSession::heartbeat_deadline() const {
  const std::chrono::seconds interval(handshake_.heartbeat_s());
  if (interval.count() == 0 || state_ != State::kRunning) return std::nullopt;
  return std::min<SessionTime>(written_at_ + interval / 2, received_at_ + 2 * interval);
}

std::optional<SessionTime> ClientSession::deadline() const {
  const std::optional<SessionTime> heartbeat = heartbeat_deadline();
  if (!heartbeat || !end_at_) return heartbeat ? heartbeat : end_at_;
  return std::min(*heartbeat, *end_at_);
}

void ClientSession::tick(SessionTime now, bool is_read) {
  if (end_at_ && now >= *end_at_) return lose();
  if (heartbeat_deadline()) beat(now, is_read);
}

void ClientSession::beat(SessionTime now, bool is_read) {
  const SessionTime interval = std::chrono::seconds(handshake_.heartbeat_s());
  if (!is_read || is_blocked_) received_at_ = now;
  if (now - received_at_ >= 2 * interval) return lose();
  if (now - written_at_ < interval / 2) return;
  written_at_ = now;
  // A socket that takes nothing is not helped by more.
  if (replies_.empty()) replies_.push_heartbeat();
}

}  // namespace dse
