#include "process/line_channel.h"

#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "core/pipe_signal.h"

namespace dse {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Between two looks at what no pipe tells: an interrupt, the end of a process.
constexpr milliseconds kBetweenLooks{50};
constexpr std::size_t kErrorLinesKept = 20;
constexpr std::size_t kErrorLineBytes = 4096;
constexpr std::size_t kBlock = 1 << 16;
// So much is kept of what nobody has asked for.
constexpr std::size_t kUnaskedBytes = 256;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

bool try_again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// How many bytes the pipe holds; either end of it will do.
std::size_t bytes_in(const FileDescriptor& pipe) {
  int count = 0;
  return ioctl(pipe.number(), FIONREAD, &count) == 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace

void LineChannel::forget_answer() {
  if (!answered_) return;
  input_.erase(0, line_size_ + 1);
  answered_ = false;
  searched_ = 0;
}

void LineChannel::send(std::string_view line) {
  forget_answer();
  output_.assign(line).append(1, '\n');
  written_ = 0;
  if (!output_ended_) read_some(kUnaskedBytes);
  unasked_ = !input_.empty();
  if (!unasked_) write_some();
}

void LineChannel::write_some() {
  if (sent() || refused_ || !child_.input()) return;
  const NoPipeSignal no_signal;
  while (!sent()) {
    const ssize_t count =
        ::write(child_.input().number(), output_.data() + written_, output_.size() - written_);
    if (count > 0) {
      written_ += static_cast<std::size_t>(count);
    } else if (errno == EPIPE) {
      refused_ = true;
      return;
    } else if (try_again()) {
      return;
    } else {
      fail("write to a program");
    }
  }
}

// The child's end of its standard input is closed. That is its right when it has read all.
void LineChannel::look_at_input(short events) {
  if ((events & POLLERR) == 0) return write_some();
  input_closed_ = true;
  refused_ = !sent() || bytes_in(child_.input()) > 0;
}

// Whether something has come.
bool LineChannel::read_some(std::size_t most) {
  const std::size_t before = input_.size();
  input_.resize(before + most);
  const ssize_t count = ::read(child_.output().number(), input_.data() + before, most);
  input_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count == 0) output_ended_ = true;
  if (count < 0 && !try_again()) fail("read from a program");
  return count > 0;
}

// How much has come.
std::size_t LineChannel::read_errors() {
  std::array<char, 1 << 14> block;
  const ssize_t count = ::read(child_.errors().number(), block.data(), block.size());
  if (count == 0) errors_ended_ = true;
  if (count < 0 && !try_again()) fail("read a program's errors");
  const auto size = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  error_line_.append(block.data(), size);
  take_error_lines(errors_ended_);
  return size;
}

void LineChannel::take_error_lines(bool at_end) {
  std::size_t begin = 0;
  const auto take = [this, &begin](std::size_t size, std::size_t end) {
    const std::string_view line = std::string_view(error_line_).substr(begin, size);
    if (options_.on_error_line) options_.on_error_line(line);
    last_errors_.emplace_back(line);
    if (last_errors_.size() > kErrorLinesKept) last_errors_.pop_front();
    begin += size + end;
  };
  for (std::size_t end; (end = error_line_.find('\n', begin)) != std::string::npos;) {
    const std::size_t size = end - begin;
    size > kErrorLineBytes ? take(kErrorLineBytes, 0) : take(size, 1);
  }
  while (error_line_.size() - begin > kErrorLineBytes) take(kErrorLineBytes, 0);
  if (at_end && begin < error_line_.size()) take(error_line_.size() - begin, 0);
  error_line_.erase(0, begin);
}

// What comes meanwhile is left: whoever else has the pipe may write for ever.
void LineChannel::drain_errors() {
  std::size_t left = errors_ended_ ? 0 : bytes_in(child_.errors());
  while (left > 0) {
    const std::size_t size = read_errors();
    if (size == 0) break;
    left -= std::min(size, left);
  }
  take_error_lines(true);
}

// Where others still have its pipes, nothing but the end of the child tells of it.
void LineChannel::look_for_end() {
  const auto now = steady_clock::now();
  if (output_ended_ || now < next_look_) return;
  next_look_ = now + kBetweenLooks;
  if (!child_.ended()) return;
  while (input_.size() <= options_.line_bytes_max && read_some(kBlock)) {
  }
  output_ended_ = true;
}

// Waits until a pipe can be served, and serves it. Returns false when the time is over, and nothing
// has come of an answer.
bool LineChannel::wait_for_pipes(steady_clock::time_point until) {
  std::array<pollfd, 3> pipes{};
  nfds_t count = 0;
  const auto watch = [&](const FileDescriptor& pipe, short events) {
    pipes[count++] = {.fd = pipe.number(), .events = events, .revents = 0};
  };
  if (!output_ended_) watch(child_.output(), POLLIN);
  if (!errors_ended_) watch(child_.errors(), POLLIN);
  if (child_.input() && !refused_ && !input_closed_)
    watch(child_.input(), sent() ? short{0} : short{POLLOUT});

  const auto now = steady_clock::now();
  const bool over = now >= until;
  const auto wait =
      over ? milliseconds(0) : std::min(std::chrono::ceil<milliseconds>(until - now), kBetweenLooks);
  const int ready = ::poll(pipes.data(), count, static_cast<int>(wait.count()));
  if (ready < 0 && errno != EINTR) fail("poll a program");
  bool came = false;
  for (nfds_t i = 0; i < count && ready > 0; ++i) {
    if (pipes[i].revents == 0) continue;
    if (pipes[i].fd == child_.errors().number()) {
      read_errors();
    } else if (pipes[i].fd == child_.output().number()) {
      came = read_some(kBlock);
    } else {
      look_at_input(pipes[i].revents);
    }
  }
  return !over || came;
}

LineChannel::Got LineChannel::await_line(steady_clock::time_point until,
                                         const std::function<bool()>& interrupted) {
  if (unasked_) return Got::kMoreThanOne;
  bool over = false;
  while (true) {
    const std::size_t end = input_.find('\n', searched_);
    if (end != std::string::npos) {
      if (end > options_.line_bytes_max) return Got::kTooLong;
      line_size_ = end;
      if (end + 1 < input_.size()) return Got::kMoreThanOne;
      answered_ = true;
      return Got::kLine;
    }
    searched_ = input_.size();
    if (input_.size() > options_.line_bytes_max) return Got::kTooLong;
    if (output_ended_) return Got::kEnd;
    if (refused_) return Got::kRefused;
    if (over || (interrupted && interrupted())) return Got::kNothing;
    over = !wait_for_pipes(until);
    look_for_end();
  }
}

bool LineChannel::await_end(steady_clock::time_point until, const std::function<bool()>& interrupted) {
  forget_answer();
  child_.close_input();
  constexpr milliseconds kBriefly{1};
  const auto forget_most = [this] { input_.resize(std::min(input_.size(), kUnaskedBytes)); };
  while (!child_.ended()) {
    forget_most();
    const auto now = steady_clock::now();
    if (now >= until || (interrupted && interrupted())) return false;
    // When both pipes are closed nothing tells of the end, which is near.
    if (output_ended_ && errors_ended_) {
      ::poll(nullptr, 0, static_cast<int>(kBriefly.count()));
    } else {
      wait_for_pipes(std::min(until, now + 2 * kBriefly));
    }
  }
  if (!output_ended_) read_some(kUnaskedBytes);
  forget_most();
  drain_errors();
  return true;
}

}  // namespace dse
