// The thread of a listener: it accepts connections and serves them, and has the mailbox through which they
// and the deciding thread talk.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "listener/asio.h"
#include "listener/client_connection.h"
#include "listener/failed_logins.h"
#include "listener/listener.h"
#include "listener/login_worker.h"
#include "listener/tls_server.h"

namespace dse {

class ListenerThread {
 public:
  // Listens and serves from now on. Throws as Listener does.
  explicit ListenerThread(ListenerOptions options);
  ~ListenerThread();

  // For the deciding thread.
  std::uint16_t port() const { return port_; }
  std::vector<ClientCommand> take();
  void send(std::vector<ClientReply>&& replies);
  void hold_up(bool held);
  void stop();

  // The rest is for the connections, in the thread.
  asio::io_context& context() { return context_; }
  SharedSessions& sessions() { return *sessions_; }
  const ListenerLimits& limits() const { return options_.limits; }
  // Into which they read, one at a time.
  std::span<char> buffer() { return buffer_; }
  static SessionTime now() { return std::chrono::steady_clock::now().time_since_epoch(); }
  // Whether the deciding thread is too far behind for more to be read.
  bool is_full() const { return is_full_; }
  // Hands over what the sessions have asked.
  void collect();
  void ask(const std::shared_ptr<ClientConnection>& connection, LoginQuestion question,
           const std::string& address);
  void note_open(const std::shared_ptr<ClientConnection>& connection);
  void remove(const std::shared_ptr<ClientConnection>& connection);

 private:
  void open_acceptor();
  void accept();
  void note_crowded(const std::string& reason) const;
  // Peers wait in the system's queue while too many have not logged in, or are connected.
  bool is_crowded() const;
  void accept_again();
  void take_socket(asio::ip::tcp::socket socket);
  void wake();
  void deliver_replies();
  void resume_if_taken();
  void on_alarm_ended();
  void on_stop();
  void end_if_all_gone();
  std::optional<Permissions> permissions_of(const LoginQuestion& question) const;
  struct Asker {
    std::weak_ptr<ClientConnection> connection;
    std::string user;
    std::string address;
  };
  void on_answer(const Asker& asker, std::optional<Permissions> permissions);

  const ListenerOptions options_;
  std::optional<TlsServer> tls_;
  asio::io_context context_{1};
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer accept_timer_;
  asio::steady_timer stop_timer_;
  std::uint16_t port_ = 0;
  std::vector<char> buffer_;
  std::unique_ptr<SharedSessions> sessions_;
  FailedLogins failed_logins_;
  std::set<std::shared_ptr<ClientConnection>> connections_;
  std::map<ClientIndex, std::shared_ptr<ClientConnection>> open_;
  bool is_full_ = false;
  bool is_stopping_ = false;
  bool waits_to_accept_ = false;
  bool lacks_sockets_ = false;  // since the last one that was accepted

  // The mailbox.
  std::mutex mutex_;
  std::vector<ClientCommand> commands_;
  std::size_t command_bytes_ = 0;
  bool was_told_ = false;  // that there are commands
  std::vector<ClientReply> replies_;
  bool is_woken_ = false;  // the thread will look at the replies

  std::unique_ptr<LoginWorker> worker_;
  std::thread thread_;
};

}  // namespace dse
