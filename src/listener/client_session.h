// One connection of a client, without its socket: bytes that came go in, and bytes to write come out;
// commands for the exchange come out, and its replies go in. It reads no clock: whoever drives it says what
// time it is.
//
// Every client that was opened ends with exactly one of three: a command with connection.close, a reply with
// connection.close (or the ClientFailed that has one as its reply), or ClientGone. One thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "door/client_command.h"
#include "door/client_reply.h"
#include "listener/alive_bytes.h"
#include "listener/buffer_pool.h"
#include "listener/channel_assembly.h"
#include "listener/handshake.h"
#include "listener/reply_queue.h"
#include "listener/session_settings.h"
#include "listener/user_connections.h"

namespace dse {

// What the sessions of a listener have in common.
struct SharedSessions {
  SharedSessions(SessionSettings all, std::function<void()> alarm_ended)
      : settings(std::move(all)),
        alive(settings.limits.alive_bytes_max, std::move(alarm_ended)),
        users(settings.limits.connections_per_user_max) {}

  const SessionSettings settings;
  AliveBytes alive;
  BufferPool buffers = {};
  UserConnections users;
  ClientIndex last_client = {};
  // What clients asked, in order; whoever drives the sessions takes it.
  std::vector<ClientCommand> commands = {};
  // What clients were told that logged in and opened nothing, such as 530 for a virtual host; likewise.
  struct Refusal {
    std::string user;
    std::string text;
  };
  std::vector<Refusal> refusals = {};
  std::atomic<bool> held_up = false;  // see Listener::hold_up()

  // Why those who publish have to wait; null when they do not.
  const char* why_blocked() {
    if (alive.alarm()) return "low on memory";
    return held_up.load() ? "the broker that this one publishes to is behind" : nullptr;
  }
};

class ClientSession {
 public:
  // `shared` must outlive it.
  ClientSession(SharedSessions& shared, SessionPeer peer, SessionTime now);
  ~ClientSession();
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  // Takes bytes that came, only while it wants some.
  void receive(std::string_view bytes, SessionTime now);
  bool wants_input() const;
  // Whether the client has asked for so much that it has not read, that it is not to be asked for more.
  bool is_backed_up() const { return replies_.waiting() > shared_.settings.limits.waiting_replies_max; }
  // The client has gone, or is to be: nothing that is written reaches it.
  void lose();

  // Who wants to log in, once; then answer_login() is awaited. Empty permissions are a refusal.
  std::optional<LoginQuestion> take_login_question();
  void answer_login(std::optional<Permissions> permissions, SessionTime now);

  void reply(ClientReply&& reply, SessionTime now);
  // The exchange ends: tells the client that its connection is closed.
  void shut_down(SessionTime now);

  // The memory alarm holds up what it sends; once the alarm may have ended, go_on() is to be called.
  bool is_blocked() const { return is_blocked_; }
  void go_on(SessionTime now);

  // What is to be written now; may be empty.
  std::string_view output() { return replies_.output(); }
  void written(std::size_t bytes, SessionTime now);

  // Whether the connection is to be ended once everything is written, and whether it is to be ended at once.
  bool is_over() const { return state_ == State::kOver; }
  bool is_lost() const { return is_lost_; }
  bool is_all_written() const { return replies_.empty(); }
  // When tick() has something to do; empty for never. `is_read` says whether its socket is being read: a
  // client that nobody reads cannot be heard.
  std::optional<SessionTime> deadline() const;
  void tick(SessionTime now, bool is_read);

  // Whether it has logged in and opened the virtual host, and the client that it then is.
  bool is_open() const { return handshake_.step() == Handshake::Step::kDone; }
  std::optional<ClientIndex> client() const { return client_; }

 private:
  enum class State : std::uint8_t {
    kHeader,     // the protocol header is awaited
    kHandshake,  // until the virtual host is open
    kRunning,
    kFailed,   // it broke the protocol; the exchange's connection.close is awaited
    kClosing,  // it has sent connection.close; the exchange's connection.close-ok is awaited
    kClosed,   // it was sent connection.close; its connection.close-ok is awaited
    kSilent,   // nothing is said or read any more, until a time comes
    kOver
  };

  // Takes what is whole off the front of the bytes; returns the rest.
  std::string_view take(std::string_view bytes, SessionTime now);
  std::string_view take_protocol_header(std::string_view bytes);
  void take_frame(const wire::WireFrame& frame, SessionTime now);
  void take_handshake_frame(const wire::WireFrame& frame, SessionTime now);
  void take_connection_frame(const wire::WireFrame& frame);
  void take_channel_frame(const wire::WireFrame& frame);
  void take_frame_while_closing(const wire::WireFrame& frame);
  void take_connection_method(wire::ClientMethod&& method);
  ChannelAssembly& assembly_of(std::uint16_t channel);
  bool blocks(const wire::WireFrame& frame);

  void open(SessionTime now);
  void keep(std::string_view rest);
  void command(std::uint16_t channel, ClientAction&& action);
  // It broke the protocol. When the frames are lost nothing more can be read.
  void fail(const wire::WireError& error, SessionTime now, bool frames_are_lost);
  void fail_running(const wire::WireError& error);
  void close(wire::ConnectionClose&& close, SessionTime now);
  void end();
  SessionTime closing_time() const;
  std::optional<SessionTime> heartbeat_deadline() const;
  void beat(SessionTime now, bool is_read);

  SharedSessions& shared_;
  const SessionPeer peer_;
  Handshake handshake_;
  ReplyQueue replies_;
  State state_ = State::kHeader;
  std::string input_;  // what came of a frame that is not whole, or waits
  std::map<std::uint16_t, ChannelAssembly> channels_;
  std::optional<ClientIndex> client_;
  bool has_ended_ = false;  // the exchange knows of the client's end
  bool is_lost_ = false;
  bool is_blocked_ = false;
  bool was_told_blocked_ = false;
  bool frames_are_lost_ = false;
  bool is_asked_ = false;              // the login question was taken
  std::optional<SessionTime> end_at_;  // when it ends, whatever happens
  SessionTime received_at_;
  SessionTime written_at_;
};

}  // namespace dse
