#include "support/tcp_proxy.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace {

constexpr std::size_t kChunk = 64 * 1024;

std::size_t other(std::size_t side) { return 1 - side; }

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

TcpProxy::TcpProxy(const TcpProxyOptions& options)
    : target_port_(options.target_port),
      listener_(listen_on({.address = options.address})),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_.descriptor() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  fcntl(listener_.descriptor(), F_SETFL, O_NONBLOCK);
  thread_ = std::thread([this] { serve(); });
}

TcpProxy::~TcpProxy() {
  run_in_thread([this] { ending_ = true; });
  thread_.join();
}

void TcpProxy::cut() {
  run_in_thread([this] {
    for (Connection& connection : connections_) reset(connection);
    cuts_ += connections_.size();
    connections_.clear();
  });
}

void TcpProxy::cut_after(Direction direction, std::uint64_t bytes) {
  run_in_thread([this, direction, bytes] { allowed_[direction] = bytes; });
}

void TcpProxy::stall() {
  run_in_thread([this] { stalled_ = true; });
}

void TcpProxy::resume() {
  run_in_thread([this] { stalled_ = false; });
}

void TcpProxy::run_in_thread(std::function<void()> command) {
  std::packaged_task<void()> task(std::move(command));
  std::future<void> done = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written =
      write(wake_.descriptor(), &one, sizeof one);  // a full counter also wakes it
  done.get();
}

void TcpProxy::serve() {
  while (!ending_) {
    wait_for_traffic();
    run_commands();
    if (stalled_) continue;
    take_connections();
    pump_all();
  }
  for (Connection& connection : connections_) reset(connection);
}

void TcpProxy::wait_for_traffic() {
  std::vector<pollfd> waited = {{.fd = wake_.descriptor(), .events = POLLIN, .revents = 0}};
  if (!stalled_) {
    waited.push_back({.fd = listener_.descriptor(), .events = POLLIN, .revents = 0});
    for (const Connection& connection : connections_) {
      for (std::size_t side = 0; side < 2; ++side) {
        short events = 0;
        if (!connection.ended[side] && connection.unsent[side].empty()) events |= POLLIN;
        if (!connection.unsent[other(side)].empty()) events |= POLLOUT;
        // A side that is polled for nothing would report its end again and again.
        if (events != 0) {
          waited.push_back({.fd = connection.sides[side].descriptor(), .events = events, .revents = 0});
        }
      }
    }
  }
  poll(waited.data(), waited.size(), -1);
}

void TcpProxy::run_commands() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got =
      read(wake_.descriptor(), &count, sizeof count);  // reads nothing when not woken
  std::vector<std::packaged_task<void()>> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (auto& command : commands) command();
}

void TcpProxy::take_connections() {
  while (true) {
    Connection connection;
    try {
      connection.sides[0] = accept_from(listener_);
    } catch (const std::system_error&) {
      return;  // no more connections, or one that is gone again
    }
    ++connections_made_;
    try {
      connection.sides[1] = connect_to({.port = target_port_});
      connections_.push_back(std::move(connection));
    } catch (const std::system_error&) {
      connection.sides[0].reset();
    }
  }
}

void TcpProxy::pump_all() {
  for (auto connection = connections_.begin(); connection != connections_.end();) {
    const After after = pump(*connection);
    if (after == After::kCut) ++cuts_;  // counted first, so that a peer that sees the reset finds it counted
    if (after == After::kBroken || after == After::kCut) reset(*connection);
    connection = after == After::kOpen ? std::next(connection) : connections_.erase(connection);
  }
}

TcpProxy::After TcpProxy::pump(Connection& connection) {
  for (std::size_t from = 0; from < 2; ++from) {
    const After after = pump(connection, from);
    if (after != After::kOpen) return after;
  }
  return connection.end_told[0] && connection.end_told[1] ? After::kOver : After::kOpen;
}

TcpProxy::After TcpProxy::pump(Connection& connection, std::size_t from) {
  if (!receive(connection, from)) return After::kBroken;
  if (!connection.unsent[from].empty()) {
    if (!send_on(connection, from)) return After::kBroken;
    if (is_spent(from)) {
      allowed_[from].reset();
      return After::kCut;
    }
  }
  if (connection.ended[from] && connection.unsent[from].empty() && !connection.end_told[from]) {
    shutdown(connection.sides[other(from)].descriptor(), SHUT_WR);
    connection.end_told[from] = true;
  }
  return After::kOpen;
}

bool TcpProxy::receive(Connection& connection, std::size_t from) {
  std::string& unsent = connection.unsent[from];
  if (connection.ended[from] || !unsent.empty()) return true;
  unsent.resize(kChunk);
  const ssize_t got = recv(connection.sides[from].descriptor(), unsent.data(), unsent.size(), MSG_DONTWAIT);
  unsent.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (got == 0) connection.ended[from] = true;
  return got >= 0 || would_wait();
}

bool TcpProxy::send_on(Connection& connection, std::size_t from) {
  std::string& unsent = connection.unsent[from];
  const std::size_t size = std::min<std::uint64_t>(unsent.size(), allowed_[from].value_or(unsent.size()));
  const ssize_t sent =
      send(connection.sides[other(from)].descriptor(), unsent.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return would_wait();
  const auto count = static_cast<std::size_t>(sent);
  unsent.erase(0, count);
  forwarded_[from] += count;
  if (allowed_[from]) *allowed_[from] -= count;
  return true;
}

void TcpProxy::reset(Connection& connection) {
  for (Socket& side : connection.sides) side.reset();
}
