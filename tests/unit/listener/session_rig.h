// A session for tests: methods of a client go in, frames and commands come out, and a clock moves when it is
// told to.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "listener/client_session.h"
#include "wire/content_header.h"
#include "wire/frames.h"

// A frame that a session has written: a method, or something else.
struct WrittenFrame {
  std::uint8_t type = 1;
  std::uint16_t channel = 0;
  std::optional<dse::wire::ServerMethod> method;
  std::string payload;

  template <typename Method>
  const Method* as() const {
    return method ? std::get_if<Method>(&*method) : nullptr;
  }
};

inline const std::string kProtocolHeader("AMQP\0\0\x09\x01", 8);

template <typename Method>
std::string method_frame(std::uint16_t channel, const Method& method) {
  std::string bytes;
  dse::wire::append_method_frame(channel, method, bytes);
  return bytes;
}

inline std::string any_frame(std::uint8_t type, std::uint16_t channel, std::string_view payload,
                             char end = '\xce') {
  std::string bytes;
  dse::wire::WireWriter writer(bytes);
  writer.number(type);
  writer.number(channel);
  writer.long_text(payload);
  return bytes + end;
}

// basic.publish with its content, in frames of this size.
inline std::string publication(std::uint16_t channel, const std::string& exchange, const std::string& key,
                               std::string_view body, std::uint32_t frame_max = 131'072) {
  std::string bytes =
      method_frame(channel, dse::wire::BasicPublish{.exchange = exchange, .routing_key = key});
  const dse::MessagePtr message = dse::make_message({.payload = dse::Payload::copy_of(body), .id = "m"});
  dse::wire::append_content_frames(channel, *message, frame_max, bytes);
  return bytes;
}

inline dse::Headers client_properties(const std::vector<std::string>& capabilities) {
  dse::Headers table;
  for (const std::string& name : capabilities) table.set(name, true);
  return {{"capabilities", dse::HeaderTable(table)}};
}

inline dse::wire::ConnectionStartOk start_ok(const std::string& user, const std::string& password,
                                             const std::vector<std::string>& capabilities = {}) {
  return {.client_properties = client_properties(capabilities),
          .mechanism = "PLAIN",
          .response = std::string(1, '\0') + user + std::string(1, '\0') + password,
          .locale = "en_US"};
}

class SessionRig {
 public:
  explicit SessionRig(dse::SessionSettings settings = {}, dse::SessionPeer peer = {.name = "a -> b"})
      : shared(std::move(settings), [this] { ++alarms_ended; }), session(shared, std::move(peer), now) {}

  void feed(std::string_view bytes) { session.receive(bytes, now); }
  template <typename Method>
  void send(std::uint16_t channel, const Method& method) {
    feed(method_frame(channel, method));
  }
  // The frames that are written now, but for heartbeats when the test does not want them.
  std::vector<WrittenFrame> written() {
    std::string bytes;
    for (std::string_view part = session.output(); !part.empty(); part = session.output()) {
      bytes += part;
      session.written(part.size(), now);
    }
    session.written(0, now);
    return frames_of(bytes);
  }
  static std::vector<WrittenFrame> frames_of(const std::string& bytes) {
    std::vector<WrittenFrame> frames;
    dse::wire::FrameReader reader(bytes, 0);
    while (const std::optional<dse::wire::WireFrame> frame = reader.next()) {
      frames.push_back(
          {.type = frame->type, .channel = frame->channel, .payload = std::string(frame->payload)});
      if (frame->type == 1) frames.back().method = dse::wire::decode_server_method(frame->payload);
    }
    return frames;
  }
  // The only method that is written now; nullopt when it is another, or there are none or more.
  template <typename Method>
  std::optional<Method> written_one() {
    const std::vector<WrittenFrame> frames = written();
    if (frames.size() != 1 || frames[0].as<Method>() == nullptr) return std::nullopt;
    return *frames[0].as<Method>();
  }
  std::vector<dse::ClientCommand> commands() { return std::exchange(shared.commands, {}); }
  template <typename Action>
  std::optional<Action> only_command() {
    const std::vector<dse::ClientCommand> all = commands();
    if (all.size() != 1 || !std::holds_alternative<Action>(all[0].action)) return std::nullopt;
    return std::get<Action>(all[0].action);
  }

  void start() {
    feed(kProtocolHeader);
    written();
  }
  void log_in(const std::vector<std::string>& capabilities = {}) {
    start();
    send(0, start_ok("ann", "secret", capabilities));
    session.take_login_question();
    session.answer_login(dse::Permissions{.write = ".*"}, now);
    written();
  }
  void tune(std::uint16_t channel_max = 2047, std::uint32_t frame_max = 131'072,
            std::uint16_t heartbeat = 60) {
    send(0, dse::wire::ConnectionTuneOk{
                .channel_max = channel_max, .frame_max = frame_max, .heartbeat = heartbeat});
  }
  // The whole handshake.
  void open(const std::vector<std::string>& capabilities = {}) {
    log_in(capabilities);
    tune();
    send(0, dse::wire::ConnectionOpen{.virtual_host = "/"});
    written();
    commands();
  }
  template <typename Method>
  void reply(std::uint16_t channel, Method method, dse::MessagePtr content = {}) {
    session.reply({.client = *session.client(),
                   .channel = channel,
                   .what = dse::wire::ServerMethod(method),
                   .content = std::move(content)},
                  now);
  }
  void mark(std::uint64_t number) {
    session.reply({.client = *session.client(), .what = dse::ClientMark{number}}, now);
  }
  void pass(std::chrono::milliseconds time, bool is_read = true) {
    now += time;
    session.tick(now, is_read);
  }

  int alarms_ended = 0;
  dse::SessionTime now = std::chrono::seconds(1000);
  dse::SharedSessions shared;
  dse::ClientSession session;
};
