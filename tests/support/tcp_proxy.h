// A TCP proxy on loopback that misbehaves on command: it cuts connections, even within a frame, or goes
// silent.
//
// It has its own thread. Every function may be called from any thread, and has had its effect when it
// returns. A connection that one side resets, or whose target refuses, is reset on the other side.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/socket.h"

struct TcpProxyOptions {
  std::uint16_t target_port = 0;      // on 127.0.0.1
  std::string address = "127.0.0.1";  // where it listens
};

class TcpProxy {
 public:
  enum Direction { kToTarget = 0, kToClient = 1 };

  explicit TcpProxy(const TcpProxyOptions& options);
  // Cuts all connections.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const { return port_of(listener_); }

  // Resets every existing connection. New ones are accepted.
  void cut();
  // Lets this many more bytes pass in this direction, then resets, once, the connection that carried the last
  // of them; with 0, the next connection on which anything arrives.
  void cut_after(Direction direction, std::uint64_t bytes);
  // Passes nothing on and notices nothing, while connections stay open and new ones seem to be accepted.
  void stall();
  void resume();

  // Connections made so far.
  std::uint64_t connections() const { return connections_made_; }
  std::uint64_t forwarded_bytes(Direction direction) const { return forwarded_[direction]; }
  // Connections that cut() and cut_after() have reset.
  std::uint64_t cuts() const { return cuts_; }

 private:
  // Side 0 is the client, side 1 the target. What side i has sent is in transit to the other one in
  // unsent[i].
  struct Connection {
    std::array<Socket, 2> sides;
    std::array<std::string, 2> unsent;
    std::array<bool, 2> ended = {false, false};     // the side sends no more
    std::array<bool, 2> end_told = {false, false};  // and the other side has been told
  };
  enum class After { kOpen, kOver, kBroken, kCut };

  void run_in_thread(std::function<void()> command);

  // Runs on the thread.
  void serve();
  void wait_for_traffic();
  void run_commands();
  void take_connections();
  void pump_all();
  After pump(Connection& connection);
  After pump(Connection& connection, std::size_t from);
  // False when the connection is broken.
  static bool receive(Connection& connection, std::size_t from);
  bool send_on(Connection& connection, std::size_t from);
  bool is_spent(std::size_t from) const { return allowed_[from] == std::uint64_t{0}; }
  static void reset(Connection& connection);

  const std::uint16_t target_port_;
  Socket listener_;
  Socket wake_;  // an eventfd
  std::atomic<std::uint64_t> connections_made_ = 0;
  std::array<std::atomic<std::uint64_t>, 2> forwarded_ = {};
  std::atomic<std::uint64_t> cuts_ = 0;

  std::mutex mutex_;
  std::vector<std::packaged_task<void()>> commands_;

  // Used only by the thread.
  std::list<Connection> connections_;
  std::array<std::optional<std::uint64_t>, 2> allowed_;  // bytes before a cut
  bool stalled_ = false;
  bool ending_ = false;

  std::thread thread_;
};
