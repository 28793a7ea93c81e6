// Keeps a connection to a real broker on its own thread, and makes a new one when it is lost.
//
// Attempts come after 0.1 s, 0.2 s, 0.4 s ..., at most 5 s apart, and start again at 0.1 s only
// after a connection on which something was received, or which lasted. A connection on which
// something undecodable was received is replaced at once. Any error other than a lost connection
// ends the session; check() then throws it to the owner.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "amqp/connection.h"
#include "amqp/notifier.h"
#include "core/file_descriptor.h"

namespace dse {

// Called on the session's thread.
class SessionClient {
 public:
  virtual ~SessionClient() = default;

  // There is a new connection; the previous one, if any, is gone together with its channels.
  virtual void on_connected(Connection& connection) = 0;
  virtual void on_event(Connection& connection, AmqpEvent&& event) = 0;
  // Called after wake(), after a connection was made, after events, and at due(). Returns true when
  // there is more to do at once.
  virtual bool on_turn(Connection& connection) = 0;
  // Whether a spent connection may now be replaced by a new one; asked again after wake().
  virtual bool may_connect() const { return true; }
  // When on_turn must be called even if nothing happens; empty: never.
  virtual std::optional<Clock::TimePoint> due() const { return std::nullopt; }
};

struct SessionState {
  bool connected = false;
  std::uint64_t reconnects = 0;
  std::string problem;  // why it is not connected; "" while it is
};

class Session {
 public:
  // Connects before it returns: throws what the first attempt throws, and Interrupted when the
  // options say so. `client` and `changed`, which is notified whenever the client may have
  // something for its owner, must outlive the session.
  Session(ConnectionOptions options, SessionClient& client, const Notifier& changed);
  // Ends the connection and the thread. With a silent broker that takes seconds, or a moment if the
  // options say that waiting must end.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Makes the session call the client's on_turn. Any thread.
  void wake();
  SessionState state() const;
  // Throws what ended the session, if something has.
  void check() const;

 private:
  void connect_first();
  void connect_once(const std::function<bool()>& given_up);
  void disconnect();
  void run();
  void serve();
  void take_events();
  template <typename Work>
  void with_what_is_undecodable(Work work);
  bool connect_again();
  bool pause();
  bool await_client();
  Clock::TimePoint now() const { return options_.clock->now(); }
  void wait_for_signal(Clock::TimePoint until, bool broker_too);

  ConnectionOptions options_;
  SessionClient& client_;
  const Notifier& changed_;
  Notifier signal_;                         // notified by wake()
  Notifier over_;                           // notified when the thread has nothing more to do
  std::unique_ptr<Connection> connection_;  // used by the thread alone
  std::chrono::milliseconds delay_;         // before the next attempt
  Clock::TimePoint connected_at_;
  bool was_good_ = false;  // something was received on the connection
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  SessionState state_;
  std::exception_ptr error_;
  FileDescriptor line_;  // a duplicate of the connection's socket, to end what the thread waits for
  std::thread thread_;
};

}  // namespace dse
