// One client's socket and its session, which the listener's thread serves: it waits until the socket can be
// read or written, and holds no buffer meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "listener/asio.h"
#include "listener/client_session.h"
#include "listener/socket_stream.h"

namespace dse {

class ListenerThread;

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  // `thread` must outlive it. The socket does not block.
  ClientConnection(ListenerThread& thread, asio::ip::tcp::socket socket, SslPtr ssl);

  // Serves the socket until it is read and written as far as it can be, and waits for more.
  void serve();
  // The client that it is of; empty until the virtual host is open.
  std::optional<ClientIndex> client() const;

  void reply(ClientReply&& reply);
  void answer_login(std::optional<Permissions> permissions);
  // The memory alarm may have ended.
  void go_on();
  void shut_down();
  void close();

 private:
  enum class Phase : std::uint8_t { kTls, kSession, kDraining, kClosed };

  void serve_now();
  void shake_hands();
  void read();
  void read_session(std::span<char> bytes);
  void write();
  void finish();
  void drain();
  void wait_to_read();
  void wait_to_write();
  void set_timer();
  void on_timer();
  void look_at_session();
  bool wants_input() const;
  std::optional<SessionTime> deadline() const;

  ListenerThread& thread_;
  asio::ip::tcp::socket socket_;
  SocketStream stream_;
  asio::steady_timer timer_;
  std::optional<SessionTime> timer_at_;
  std::optional<ClientSession> session_;
  std::string address_;  // the other end's, without its port
  Phase phase_ = Phase::kTls;
  SessionTime end_at_;      // when a phase without a session ends, or a session that is over
  bool is_noted_ = false;   // the thread knows that it is open
  bool is_ending_ = false;  // the session is over, and not all of it is written
  bool waits_to_read_ = false;
  bool waits_to_write_ = false;
  bool is_queued_ = false;  // it will be served again soon
};

}  // namespace dse
