// Keeps a connection to a broker on a thread of its own, and makes it anew when it is lost.
//
// Attempts come after 0.1 s, 0.2 s, 0.4 s ... and never more than 5 s apart, and begin anew with
// 0.1 s only after a connection that something came over, or that lasted. A connection over which
// something came that the library cannot decode is left for a new one at once. What goes wrong for
// another reason than a lost connection ends the session; check() then throws it to the owner.
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

  // There is a new connection; the one before, if there was one, is gone with its channels.
  virtual void on_connected(Connection& connection) = 0;
  virtual void on_event(Connection& connection, AmqpEvent&& event) = 0;
  // After wake(), after a connection was made or events came, and when it is due. True when there
  // is more to do at once.
  virtual bool on_turn(Connection& connection) = 0;
  // Whether a new connection in place of one that is spent may be made now; asked again after
  // wake().
  virtual bool may_connect() const { return true; }
  // When on_turn is to be called although nothing happens; empty: never.
  virtual std::optional<Clock::TimePoint> due() const { return std::nullopt; }
};

struct SessionState {
  bool connected = false;
  std::uint64_t reconnects = 0;
  std::string problem;  // while not connected: why
};

class Session {
 public:
  // Connects before it returns: throws what the first attempt throws, and Interrupted as the
  // options say. `client` and `changed`, which is notified whenever the client may have something
  // for its owner, must outlive the session.
  Session(ConnectionOptions options, SessionClient& client, const Notifier& changed);
  // Ends the connection and the thread. A broker that is silent holds it up for seconds, and when
  // the options say that nobody wants to wait, for a moment.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Any thread: the client's on_turn will be called.
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
  Notifier signal_;                         // of wake()
  Notifier over_;                           // when the thread has nothing more to do
  std::unique_ptr<Connection> connection_;  // of the thread
  std::chrono::milliseconds delay_;         // before the next attempt
  Clock::TimePoint connected_at_;
  bool was_good_ = false;  // something came over the connection
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  SessionState state_;
  std::exception_ptr error_;
  FileDescriptor line_;  // the connection's socket once more, to end what the thread waits for
  std::thread thread_;
};

}  // namespace dse
