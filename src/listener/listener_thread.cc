#include "listener/listener_thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dse/error.h"

namespace dse {
namespace {

using asio::ip::tcp;

constexpr std::size_t kBufferBytes = 64 * 1024;
// How long is waited before connections are accepted again, when the process has no descriptor left for one.
constexpr std::chrono::milliseconds kNoDescriptorPause(100);

tcp::endpoint resolved(asio::io_context& context, const ListenerOptions& options) {
  asio::error_code error;
  tcp::resolver resolver(context);
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive, error);
  if (error || found.empty()) {
    throw InputError(
        {}, fmt::format("there is no host {} here to listen on ({}): name an address of this machine",
                        options.host, error.message()));
  }
  const auto is_v4 = [](const auto& entry) { return entry.endpoint().address().is_v4(); };
  const auto v4 = std::find_if(found.begin(), found.end(), is_v4);
  return v4 == found.end() ? found.begin()->endpoint() : v4->endpoint();
}

void check_secure(const tcp::endpoint& endpoint, const ListenerOptions& options) {
  if (options.tls || endpoint.address().is_loopback()) return;
  throw InputError(
      {}, fmt::format("{} can be reached from other machines, and passwords would be read on the way: "
                      "listen with TLS (amqps://, with a certificate and its key), or on 127.0.0.1",
                      options.host));
}

// About what a command that waits takes, with its message.
std::size_t bytes_of(const ClientCommand& command) {
  constexpr std::size_t kMessageBytes = 1024;
  const auto* publication = std::get_if<ClientPublication>(&command.action);
  if (publication == nullptr) return sizeof command;
  // What headers take in memory is several times what they were as bytes.
  constexpr std::size_t kHeadersFactor = 8;
  const MessageFields& fields = publication->message->fields();
  return sizeof command + kMessageBytes + fields.payload.size() +
         kHeadersFactor * fields.more->as_published.size();
}

}  // namespace

ListenerThread::ListenerThread(ListenerOptions options)
    : options_(std::move(options)),
      acceptor_(context_),
      accept_timer_(context_),
      stop_timer_(context_),
      buffer_(kBufferBytes),
      failed_logins_(options_.limits.failed_login_delay_max) {
  if (options_.tls) {
    tls_.emplace(TlsServerFiles{.certificate = options_.certificate_file,
                                .key = options_.key_file,
                                .authorities = options_.authority_file});
  }
  sessions_ = std::make_unique<SharedSessions>(
      SessionSettings{.virtual_host = options_.virtual_host,
                      .limits = options_.limits,
                      .offers_external = options_.tls && !options_.authority_file.empty()},
      [this] { asio::post(context_, [this] { on_alarm_ended(); }); });
  open_acceptor();
  worker_ = std::make_unique<LoginWorker>();
  accept();
  thread_ = start_quiet_thread([this] { context_.run(); });
}

ListenerThread::~ListenerThread() { stop(); }

void ListenerThread::open_acceptor() {
  const tcp::endpoint endpoint = resolved(context_, options_);
  check_secure(endpoint, options_);
  asio::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) {
    throw RunError(
        fmt::format("cannot listen on {}:{} ({}): is another program there? Port 0 takes any that is free",
                    options_.host, options_.port, error.message()));
  }
}

bool ListenerThread::is_crowded() const {
  const std::size_t half_open = connections_.size() - open_.size();
  return half_open >= limits().half_open_max || connections_.size() >= limits().connections_max;
}

void ListenerThread::accept_again() {
  if (is_crowded() || is_stopping_ || !std::exchange(waits_to_accept_, false)) return;
  accept();
}

void ListenerThread::note_crowded(const std::string& reason) const {
  if (options_.crowded) options_.crowded(reason);
}

void ListenerThread::accept() {
  if (is_crowded()) {
    waits_to_accept_ = true;
    return note_crowded(fmt::format("{} are connected, of which {} have not logged in, and no more can be",
                                    connections_.size(), connections_.size() - open_.size()));
  }
  acceptor_.async_accept([this](const asio::error_code& error, tcp::socket socket) {
    if (is_stopping_) return;
    if (!error) {
      lacks_sockets_ = false;
      take_socket(std::move(socket));
      return accept();
    }
    if (!std::exchange(lacks_sockets_, true)) {
      note_crowded(
          fmt::format("the system gives no socket ({}); raise its limit (ulimit -n)", error.message()));
    }
    accept_timer_.expires_after(kNoDescriptorPause);
    accept_timer_.async_wait([this](const asio::error_code& cancelled) {
      if (!cancelled && !is_stopping_) accept();
    });
  });
}

void ListenerThread::take_socket(tcp::socket socket) {
  asio::error_code error;
  socket.native_non_blocking(true, error);
  if (!error) socket.set_option(tcp::no_delay(true), error);
  SslPtr ssl = tls_ ? tls_->accept(socket.native_handle()) : nullptr;
  if (error || (tls_ && ssl == nullptr)) return;
  auto connection = std::make_shared<ClientConnection>(*this, std::move(socket), std::move(ssl));
  connections_.insert(connection);
  connection->serve();
}

std::vector<ClientCommand> ListenerThread::take() {
  std::vector<ClientCommand> taken;
  bool was_full = false;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(commands_);
    was_full = command_bytes_ > limits().waiting_bytes_max;
    command_bytes_ = 0;
    was_told_ = false;
  }
  if (was_full) asio::post(context_, [this] { resume_if_taken(); });
  return taken;
}

void ListenerThread::collect() {
  for (const auto& [user, text] : std::exchange(sessions_->refusals, {})) {
    if (options_.closed) options_.closed(user, text);
  }
  std::vector<ClientCommand>& asked = sessions_->commands;
  if (asked.empty()) return;
  std::size_t bytes = 0;
  for (const ClientCommand& command : asked) bytes += bytes_of(command);
  bool tells = false;
  {
    const std::lock_guard lock(mutex_);
    if (commands_.empty()) {
      commands_.swap(asked);
    } else {
      std::move(asked.begin(), asked.end(), std::back_inserter(commands_));
    }
    command_bytes_ += bytes;
    is_full_ = command_bytes_ > limits().waiting_bytes_max;
    tells = !std::exchange(was_told_, true);
  }
  asked.clear();
  if (tells && options_.arrived) options_.arrived();
}

void ListenerThread::resume_if_taken() {
  {
    const std::lock_guard lock(mutex_);
    if (command_bytes_ > limits().waiting_bytes_max) return;
  }
  if (!std::exchange(is_full_, false)) return;
  const std::vector<std::shared_ptr<ClientConnection>> all(connections_.begin(), connections_.end());
  for (const std::shared_ptr<ClientConnection>& connection : all) connection->serve();
}

void ListenerThread::send(std::vector<ClientReply>&& replies) {
  if (replies.empty()) return;
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    if (replies_.empty()) {
      replies_.swap(replies);
    } else {
      std::move(replies.begin(), replies.end(), std::back_inserter(replies_));
    }
    wakes = !std::exchange(is_woken_, true);
  }
  if (wakes) asio::post(context_, [this] { deliver_replies(); });
}

void ListenerThread::deliver_replies() {
  std::vector<ClientReply> replies;
  {
    const std::lock_guard lock(mutex_);
    replies.swap(replies_);
    is_woken_ = false;
  }
  std::vector<std::shared_ptr<ClientConnection>> served;
  for (ClientReply& reply : replies) {
    if (served.empty() || served.back()->client() != reply.client) {
      const auto at = open_.find(reply.client);
      if (at == open_.end()) continue;
      served.push_back(at->second);
    }
    served.back()->reply(std::move(reply));
  }
  std::sort(served.begin(), served.end());
  served.erase(std::unique(served.begin(), served.end()), served.end());
  for (const std::shared_ptr<ClientConnection>& connection : served) connection->serve();
}

void ListenerThread::hold_up(bool held) {
  sessions_->held_up = held;
  if (!held) asio::post(context_, [this] { on_alarm_ended(); });
}

void ListenerThread::on_alarm_ended() {
  const std::vector<std::shared_ptr<ClientConnection>> all(connections_.begin(), connections_.end());
  for (const std::shared_ptr<ClientConnection>& connection : all) connection->go_on();
}

void ListenerThread::ask(const std::shared_ptr<ClientConnection>& connection, LoginQuestion question,
                         const std::string& address) {
  Asker asker{.connection = connection, .user = question.user, .address = address};
  worker_->add([this, asked = std::move(question), asker = std::move(asker)] {
    asio::post(context_, [this, asker, found = permissions_of(asked)]() mutable {
      on_answer(asker, std::move(found));
    });
  });
}

std::optional<Permissions> ListenerThread::permissions_of(const LoginQuestion& question) const {
  try {
    if (question.password)
      return options_.check_password ? options_.check_password(question.user, *question.password)
                                     : std::nullopt;
    const bool is_asked = options_.find_user && !question.user.empty();
    return is_asked ? options_.find_user(question.user) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;  // who cannot be checked does not get in
  }
}

void ListenerThread::on_answer(const Asker& asker, std::optional<Permissions> permissions) {
  const std::shared_ptr<ClientConnection> asking = asker.connection.lock();
  if (permissions) {
    if (asking) asking->answer_login(std::move(permissions));
    return;
  }
  if (options_.refused) options_.refused(asker.user, asker.address);
  const std::chrono::milliseconds delay = failed_logins_.note(asker.address, now());
  if (!asking) return;
  if (delay.count() == 0) return asking->answer_login(std::nullopt);
  const auto timer = std::make_shared<asio::steady_timer>(context_, delay);
  timer->async_wait([timer, connection = asker.connection](const asio::error_code&) {
    if (const auto later = connection.lock()) later->answer_login(std::nullopt);
  });
}

void ListenerThread::note_open(const std::shared_ptr<ClientConnection>& connection) {
  open_.emplace(*connection->client(), connection);
  accept_again();
}

void ListenerThread::remove(const std::shared_ptr<ClientConnection>& connection) {
  collect();
  if (connection->client()) open_.erase(*connection->client());
  connections_.erase(connection);
  accept_again();
  end_if_all_gone();
}

void ListenerThread::stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] { on_stop(); });
  thread_.join();
  worker_.reset();
  // What was still waited for has been cancelled; its handlers hold connections.
  context_.restart();
  context_.poll();
}

void ListenerThread::on_stop() {
  is_stopping_ = true;
  asio::error_code ignored;
  acceptor_.close(ignored);
  accept_timer_.cancel();
  const std::vector<std::shared_ptr<ClientConnection>> all(connections_.begin(), connections_.end());
  for (const std::shared_ptr<ClientConnection>& connection : all) connection->shut_down();
  stop_timer_.expires_after(limits().stopping_time);
  stop_timer_.async_wait([this](const asio::error_code&) {
    const std::vector<std::shared_ptr<ClientConnection>> left(connections_.begin(), connections_.end());
    for (const std::shared_ptr<ClientConnection>& connection : left) connection->close();
    context_.stop();
  });
  end_if_all_gone();
}

void ListenerThread::end_if_all_gone() {
  if (is_stopping_ && connections_.empty()) context_.stop();
}

}  // namespace dse
