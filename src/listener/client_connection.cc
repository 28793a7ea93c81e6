#include "listener/client_connection.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "listener/listener_thread.h"

namespace dse {
namespace {

// How often a socket is read or written before the others have their turn.
constexpr int kTurns = 4;
// How long the other end of a connection that is over may take to notice.
constexpr std::chrono::seconds kDrainingTime(1);

std::string name_of(const asio::ip::tcp::endpoint& end) {
  const std::string address = end.address().to_string();
  return end.address().is_v6() ? fmt::format("[{}]:{}", address, end.port())
                               : fmt::format("{}:{}", address, end.port());
}

}  // namespace

ClientConnection::ClientConnection(ListenerThread& thread, asio::ip::tcp::socket socket, SslPtr ssl)
    : thread_(thread),
      socket_(std::move(socket)),
      stream_(socket_.native_handle(), std::move(ssl)),
      timer_(thread.context()),
      end_at_(ListenerThread::now() + thread.limits().login_time) {}

std::optional<ClientIndex> ClientConnection::client() const {
  return session_ ? session_->client() : std::nullopt;
}

void ClientConnection::serve() {
  try {
    serve_now();
  } catch (const std::exception&) {
    // There is no memory for this client: it goes, and the others stay.
    close();
  }
}

void ClientConnection::serve_now() {
  if (phase_ == Phase::kTls) shake_hands();
  if (phase_ == Phase::kSession) write();
  if (phase_ == Phase::kSession || phase_ == Phase::kDraining) read();
  if (phase_ == Phase::kSession) write();
  if (phase_ == Phase::kSession) finish();
  thread_.collect();
  if (phase_ != Phase::kClosed) set_timer();
}

void ClientConnection::shake_hands() {
  switch (stream_.shake_hands()) {
    case SocketStream::Outcome::kWaitsToRead:
      return wait_to_read();
    case SocketStream::Outcome::kWaitsToWrite:
      return wait_to_write();
    case SocketStream::Outcome::kEnded:
      return close();
    case SocketStream::Outcome::kDone:
      break;
  }
  asio::error_code remote_error;
  asio::error_code local_error;
  const auto remote = socket_.remote_endpoint(remote_error);
  const auto local = socket_.local_endpoint(local_error);
  if (remote_error || local_error) return close();
  address_ = remote.address().to_string();
  phase_ = Phase::kSession;
  session_.emplace(thread_.sessions(),
                   SessionPeer{.name = fmt::format("{} -> {}", name_of(remote), name_of(local)),
                               .certificate_name = stream_.common_name()},
                   end_at_ - thread_.limits().login_time);
}

bool ClientConnection::wants_input() const {
  return phase_ == Phase::kDraining ||
         (session_->wants_input() && !session_->is_backed_up() && !thread_.is_full());
}

void ClientConnection::read() {
  const std::span<char> buffer = thread_.buffer();
  for (int turn = 0; turn < kTurns; ++turn) {
    if (phase_ == Phase::kClosed || !wants_input()) return;
    const SocketStream::Transfer transfer = stream_.read(buffer);
    if (transfer.outcome == SocketStream::Outcome::kWaitsToRead) return wait_to_read();
    if (transfer.outcome == SocketStream::Outcome::kWaitsToWrite) return wait_to_write();
    if (transfer.outcome == SocketStream::Outcome::kEnded) {
      if (phase_ == Phase::kSession) session_->lose();
      return close();
    }
    if (phase_ == Phase::kSession) read_session(buffer.first(transfer.bytes));
    if (transfer.bytes < buffer.size() && !stream_.has_read_ahead()) return wait_to_read();
  }
  if (is_queued_) return;
  is_queued_ = true;
  asio::post(thread_.context(), [self = shared_from_this()] {
    self->is_queued_ = false;
    self->serve();
  });
}

void ClientConnection::read_session(std::span<char> bytes) {
  session_->receive({bytes.data(), bytes.size()}, ListenerThread::now());
  look_at_session();
}

// Does what the session wants of the listener.
void ClientConnection::look_at_session() {
  if (!is_noted_ && session_->is_open()) {
    is_noted_ = true;
    thread_.note_open(shared_from_this());
  }
  if (std::optional<LoginQuestion> question = session_->take_login_question())
    thread_.ask(shared_from_this(), *std::move(question), address_);
  finish();
}

void ClientConnection::write() {
  for (int turn = 0; turn < kTurns; ++turn) {
    const std::string_view bytes = session_->output();
    if (bytes.empty()) break;
    const SocketStream::Transfer transfer = stream_.write(bytes);
    if (transfer.outcome == SocketStream::Outcome::kEnded) {
      session_->lose();
      return close();
    }
    session_->written(transfer.bytes, ListenerThread::now());
    if (transfer.outcome == SocketStream::Outcome::kWaitsToRead) return wait_to_read();
    if (transfer.outcome == SocketStream::Outcome::kWaitsToWrite) return wait_to_write();
  }
  session_->written(0, ListenerThread::now());  // marks come true though nothing was to be written
  if (!session_->is_all_written()) wait_to_write();
}

void ClientConnection::finish() {
  if (session_->is_lost()) return close();
  if (!session_->is_over()) return;
  if (session_->is_all_written()) return drain();
  if (!std::exchange(is_ending_, true)) end_at_ = ListenerThread::now() + kDrainingTime;
}

// A socket that is closed while something is still to be read is reset, and the other end may then lose what
// was written last. So it is read until the other end has closed it, for some time.
void ClientConnection::drain() {
  phase_ = Phase::kDraining;
  end_at_ = ListenerThread::now() + kDrainingTime;
  stream_.end_output();
  wait_to_read();
}

void ClientConnection::wait_to_read() {
  if (std::exchange(waits_to_read_, true)) return;
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](const asio::error_code& error) {
                       self->waits_to_read_ = false;
                       if (!error) self->serve();
                     });
}

void ClientConnection::wait_to_write() {
  if (std::exchange(waits_to_write_, true)) return;
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const asio::error_code& error) {
                       self->waits_to_write_ = false;
                       if (!error) self->serve();
                     });
}

std::optional<SessionTime> ClientConnection::deadline() const {
  return phase_ != Phase::kSession || is_ending_ ? end_at_ : session_->deadline();
}

void ClientConnection::set_timer() {
  const std::optional<SessionTime> due = deadline();
  // A deadline that has moved on is seen when the timer comes, which costs less than setting it again each
  // time.
  if (!due || (timer_at_ && *timer_at_ <= *due)) return;
  timer_at_ = due;
  const auto due_ns = std::chrono::duration_cast<std::chrono::steady_clock::duration>(*due);
  timer_.expires_at(std::chrono::steady_clock::time_point(due_ns));
  timer_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (!error) self->on_timer();
  });
}

void ClientConnection::on_timer() {
  timer_at_.reset();
  if (phase_ == Phase::kClosed) return;
  const SessionTime now = ListenerThread::now();
  const bool has_deadline_of_own = phase_ != Phase::kSession || is_ending_;
  if (has_deadline_of_own && now >= end_at_) return close();
  // One that reads nothing for so long is not excused for not having been read.
  if (!has_deadline_of_own) session_->tick(now, wants_input() || session_->is_backed_up());
  serve();
}

void ClientConnection::reply(ClientReply&& reply) {
  if (phase_ == Phase::kSession) session_->reply(std::move(reply), ListenerThread::now());
}

void ClientConnection::answer_login(std::optional<Permissions> permissions) {
  if (phase_ != Phase::kSession) return;
  session_->answer_login(std::move(permissions), ListenerThread::now());
  look_at_session();
  serve();
}

void ClientConnection::go_on() {
  if (phase_ != Phase::kSession || !session_->is_blocked()) return;
  session_->go_on(ListenerThread::now());
  look_at_session();
  serve();
}

void ClientConnection::shut_down() {
  if (phase_ != Phase::kSession) return close();
  session_->shut_down(ListenerThread::now());
  serve();
}

void ClientConnection::close() {
  if (std::exchange(phase_, Phase::kClosed) == Phase::kClosed) return;
  if (session_) session_->lose();
  timer_.cancel();
  asio::error_code ignored;
  socket_.close(ignored);
  thread_.remove(shared_from_this());
}

}  // namespace dse
