#include "amqp/session.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "amqp/connect.h"

namespace dse {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFirstDelay{100};
constexpr milliseconds kLongestDelay{5'000};
// Writing to a broker that reads nothing would block us for as long as it likes.
constexpr milliseconds kLongestEnd{5'000};
constexpr milliseconds kShortestEnd{300};

}  // namespace

Session::Session(ConnectionOptions options, SessionClient& client, const Notifier& changed)
    : options_(std::move(options)),
      client_(client),
      changed_(changed),
      signal_(*options_.clock),
      over_(*options_.clock),
      delay_(kFirstDelay) {
  connect_first();
  state_.connected = true;
  thread_ = std::thread([this] { run(); });
}

Session::~Session() {
  stopping_ = true;
  signal_.notify();
  const bool in_a_hurry = options_.interrupted != nullptr && *options_.interrupted;
  if (!over_.wait_until(now() + (in_a_hurry ? kShortestEnd : kLongestEnd))) {
    const std::lock_guard lock(mutex_);
    if (line_) shutdown(line_.number(), SHUT_RDWR);
  }
  thread_.join();
}

void Session::wake() { signal_.notify(); }

SessionState Session::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Session::check() const {
  const std::lock_guard lock(mutex_);
  if (error_ != nullptr) std::rethrow_exception(error_);
}

void Session::connect_first() {
  const std::atomic<bool>* interrupted = options_.interrupted;
  do {
    connect_once([interrupted] { return interrupted != nullptr && *interrupted; });
  } while (connection_->spent());
}

void Session::connect_once(const std::function<bool()>& given_up) {
  // A spent connection is closed only now, so that the broker has had time to take what was settled
  // on it; otherwise it would first notice that the consumer is gone.
  connection_ = connect(options_, given_up);
  {
    const std::lock_guard lock(mutex_);
    line_ = FileDescriptor(fcntl(connection_->descriptor(), F_DUPFD_CLOEXEC, 0));
    if (!line_) throw RunError(std::string("cannot copy a socket's descriptor: ") + std::strerror(errno));
  }
  if (stopping_) throw ConnectionLost("it is not needed any more");
  connected_at_ = now();
  was_good_ = false;
  with_what_is_undecodable([this] { client_.on_connected(*connection_); });
}

// Runs `work`, whose operations the broker answers. When a message that rabbitmq-c cannot decode
// comes meanwhile, the client gets everything up to and including it, and the connection is spent.
template <typename Work>
void Session::with_what_is_undecodable(Work work) {
  try {
    work();
  } catch (const UndecodableData&) {
    while (!connection_->spent()) {
      std::optional<AmqpEvent> event = connection_->wait(milliseconds(0));
      if (!event) throw;
      client_.on_event(*connection_, std::move(*event));
    }
    was_good_ = true;
    changed_.notify();
  }
}

void Session::disconnect() {
  connection_.reset();
  const std::lock_guard lock(mutex_);
  line_ = FileDescriptor();
}

void Session::run() {
  try {
    do {
      try {
        serve();
      } catch (const ConnectionLost& lost) {
        disconnect();
        const std::lock_guard lock(mutex_);
        state_.connected = false;
        state_.problem = lost.what();
      }
      changed_.notify();
    } while (connect_again());
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
    state_.connected = false;
  }
  disconnect();
  over_.notify();
  changed_.notify();
}

// Serves until the session is stopped, or the connection is lost or spent.
void Session::serve() {
  while (!stopping_ && !connection_->spent()) {
    take_events();
    if (connection_->spent()) break;  // the client may not use it any more
    bool more = false;
    with_what_is_undecodable([&] { more = client_.on_turn(*connection_); });
    if (more || connection_->spent()) continue;
    const Clock::TimePoint heartbeat = now() + connection_->heartbeat_interval();
    wait_for_signal(std::min(client_.due().value_or(heartbeat), heartbeat), true);
  }
}

void Session::take_events() {
  constexpr int kEventsAtOnce = 256;
  int taken = 0;
  while (taken < kEventsAtOnce) {
    std::optional<AmqpEvent> event = connection_->wait(milliseconds(0));
    if (!event) break;
    was_good_ = true;  // the next wait may throw
    client_.on_event(*connection_, std::move(*event));
    ++taken;
  }
  if (taken > 0) changed_.notify();
  // There may be more events, without another byte that would wake this thread.
  if (taken == kEventsAtOnce) signal_.notify();
}

void Session::wait_for_signal(Clock::TimePoint until, bool broker_too) {
  std::array<pollfd, 2> waited = {pollfd{signal_.descriptor(), POLLIN, 0}, pollfd{-1, POLLIN, 0}};
  if (broker_too) waited[1].fd = connection_->descriptor();
  options_.clock->wait(waited, until);
  if (waited[0].revents != 0) signal_.clear();
}

// Waits for as long as the attempts so far require. False when the session was stopped meanwhile.
bool Session::pause() {
  const Clock::TimePoint next = now() + delay_;
  while (!stopping_ && now() < next) wait_for_signal(next, false);
  delay_ = std::min(2 * delay_, kLongestDelay);
  return !stopping_;
}

// False when the session was stopped meanwhile.
bool Session::await_client() {
  constexpr milliseconds kBetweenLooks{100};
  while (!stopping_ && !client_.may_connect()) wait_for_signal(now() + kBetweenLooks, false);
  return !stopping_;
}

// False when the session was stopped before an attempt succeeded.
bool Session::connect_again() {
  // An undecodable message has left its queue, so this cannot repeat for ever.
  bool at_once = connection_ != nullptr && connection_->spent();
  if (at_once) {
    const std::lock_guard lock(mutex_);
    state_.connected = false;
  }
  if (was_good_ || now() - connected_at_ >= kLongestDelay) delay_ = kFirstDelay;
  while (!stopping_) {
    if (!(at_once ? await_client() : pause())) return false;
    try {
      connect_once([this] { return stopping_.load(); });
      at_once = connection_->spent();
      if (at_once) continue;
      const std::lock_guard lock(mutex_);
      state_.connected = true;
      state_.problem.clear();
      ++state_.reconnects;
      return true;
    } catch (const ConnectionLost& lost) {
      at_once = false;
      disconnect();
      const std::lock_guard lock(mutex_);
      state_.problem = lost.what();
    } catch (const Interrupted&) {
      return false;
    }
  }
  return false;
}

}  // namespace dse
