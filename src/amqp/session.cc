#include "amqp/session.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace dse {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFirstDelay{100};
constexpr milliseconds kLongestDelay{5'000};
// A broker that reads nothing would hold us up in writing to it for as long as it likes.
constexpr milliseconds kLongestEnd{5'000};

}  // namespace

class Session::Signal {
 public:
  Signal() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!descriptor_) throw RunError(std::string("cannot make an event descriptor: ") + std::strerror(errno));
  }

  void set() const {
    const std::uint64_t one = 1;
    // It fails only when it is set 2^64 times over.
    [[maybe_unused]] const ssize_t written = write(descriptor(), &one, sizeof one);
  }
  void clear() const {
    std::uint64_t times = 0;
    [[maybe_unused]] const ssize_t had = read(descriptor(), &times, sizeof times);
  }
  int descriptor() const { return descriptor_.number(); }

 private:
  FileDescriptor descriptor_;
};

Session::Session(ConnectionOptions options, SessionClient& client, Bell& changed)
    : options_(std::move(options)), client_(client), changed_(changed), signal_(std::make_unique<Signal>()) {
  connect();
  state_.connected = true;
  thread_ = std::thread([this] { run(); });
}

Session::~Session() {
  stopping_ = true;
  signal_->set();
  {
    std::unique_lock lock(mutex_);
    const bool over = ended_.wait_for(lock, kLongestEnd, [this] { return is_over_; });
    if (!over && line_) shutdown(line_.number(), SHUT_RDWR);
  }
  thread_.join();
}

void Session::wake() { signal_->set(); }

SessionState Session::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Session::check() const {
  const std::lock_guard lock(mutex_);
  if (error_ != nullptr) std::rethrow_exception(error_);
}

void Session::connect() {
  connection_ = std::make_unique<Connection>(options_);
  {
    const std::lock_guard lock(mutex_);
    line_ = FileDescriptor(fcntl(connection_->descriptor(), F_DUPFD_CLOEXEC, 0));
    if (!line_) throw RunError(std::string("cannot copy a socket's descriptor: ") + std::strerror(errno));
  }
  if (stopping_) throw ConnectionLost("it is not needed any more");
  client_.on_connected(*connection_);
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
      changed_.ring();
    } while (connect_again());
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
    state_.connected = false;
  }
  disconnect();
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    ended_.notify_all();
  }
  changed_.ring();
}

// Until it is stopped or the connection is lost.
void Session::serve() {
  while (!stopping_) {
    take_events();
    const bool more = client_.on_turn(*connection_);
    if (!more) wait_for_signal(connection_->heartbeat_interval(), true);
  }
}

void Session::take_events() {
  constexpr int kEventsAtOnce = 256;
  int taken = 0;
  while (taken < kEventsAtOnce) {
    std::optional<AmqpEvent> event = connection_->wait(milliseconds(0));
    if (!event) break;
    client_.on_event(*connection_, std::move(*event));
    ++taken;
  }
  if (taken > 0) changed_.ring();
  if (taken == kEventsAtOnce) signal_->set();  // there may be more, and no byte may come to say so
}

void Session::wait_for_signal(milliseconds timeout, bool broker_too) {
  std::array<pollfd, 2> waited = {pollfd{signal_->descriptor(), POLLIN, 0}, pollfd{-1, POLLIN, 0}};
  if (broker_too) waited[1].fd = connection_->descriptor();
  poll(waited.data(), waited.size(), static_cast<int>(timeout.count()));
  if (waited[0].revents != 0) signal_->clear();
}

// False when it was stopped before it succeeded.
bool Session::connect_again() {
  milliseconds delay = kFirstDelay;
  while (!stopping_) {
    try {
      connect();
      const std::lock_guard lock(mutex_);
      state_.connected = true;
      state_.problem.clear();
      ++state_.reconnects;
      return true;
    } catch (const ConnectionLost& lost) {
      disconnect();
      const std::lock_guard lock(mutex_);
      state_.problem = lost.what();
    }
    const auto next = Bell::Clock::now() + delay;
    while (!stopping_ && Bell::Clock::now() < next) {
      const auto left = std::chrono::ceil<milliseconds>(next - Bell::Clock::now());
      wait_for_signal(std::max(left, milliseconds(0)), false);
    }
    delay = std::min(2 * delay, kLongestDelay);
  }
  return false;
}

}  // namespace dse
