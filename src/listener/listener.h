// Listens for AMQP clients, and carries between them and the thread that decides. A thread of its own serves
// all sockets; the deciding thread never waits for one.
//
//   Listener listener({.check_password = ..., .arrived = [&] { wake(); }});
//   for (ClientCommand& command : listener.take()) ...
//   listener.send(std::move(replies));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/permissions.h"
#include "door/client_command.h"
#include "door/client_reply.h"
#include "listener/listener_limits.h"

namespace dse {

struct ListenerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any that is free
  bool tls = false;        // needed off loopback, where passwords would be read on the way
  // PEM files, for TLS: the server's certificate with those that sign it, its key, and, when clients may show
  // certificates (SASL EXTERNAL), the authorities that sign these.
  std::string certificate_file = {};
  std::string key_file = {};
  std::string authority_file = {};
  std::string virtual_host = "/";
  // What the user with this password may do; empty when there is no such user or it is another password. May
  // take time: a thread of the listener calls it, one login at a time, as it does find_user.
  std::function<std::optional<Permissions>(const std::string& user, const std::string& password)>
      check_password = {};
  // The same of the user whose certificate has this common name; without it nobody logs in by certificate.
  std::function<std::optional<Permissions>(const std::string& user)> find_user = {};
  // Called, by the thread of the sockets, when take() has something new. It must not wait.
  std::function<void()> arrived = {};
  // Called, by that thread, when a login as this user is refused, before the client learns of it; may be
  // empty. The name is what the client has sent, whatever that is. It must not wait.
  std::function<void(const std::string& user, const std::string& address)> refused = {};
  // Called, by that thread, with what a user was told whose connection was closed before it was open.
  std::function<void(const std::string& user, const std::string& text)> closed = {};
  // Called, by that thread, when those who connect have to wait, with the reason; may be empty. It must not
  // wait.
  std::function<void(const std::string& reason)> crowded = {};
  ListenerLimits limits = {};
};

class Listener {
 public:
  // Listens when it returns. Throws InputError when the host is unknown, would be reached without TLS, or a
  // file is missing or wrong; RunError when the port is not free.
  explicit Listener(ListenerOptions options);
  // Stops.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;
  // What clients have asked since the last call, in the order in which it came. Any one thread.
  std::vector<ClientCommand> take();
  // Sends each reply to its client; those of a client that has gone are dropped. Any one thread.
  void send(std::vector<ClientReply>&& replies);
  // While it is held up, those who publish are told connection.blocked and not read. Any one thread.
  void hold_up(bool held);
  // Ends all connections, as RabbitMQ does when it shuts down (320), and waits for that no longer than
  // limits.stopping_time. Does nothing when it has stopped.
  void stop();

 private:
  std::unique_ptr<class ListenerThread> thread_;
};

}  // namespace dse
