#include "process/line_channel.h"

#include <poll.h>

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

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

bool try_again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

void LineChannel::send(std::string_view line) {
  if (answered_) {
    input_.erase(0, line_size_ + 1);
    answered_ = false;
    searched_ = 0;
  }
  output_.assign(line).append(1, '\n');
  written_ = 0;
  write_some();
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

// Whether something has come.
bool LineChannel::read_some() {
  constexpr std::size_t kBlock = 1 << 16;
  const std::size_t before = input_.size();
  input_.resize(before + kBlock);
  const ssize_t count = ::read(child_.output().number(), input_.data() + before, kBlock);
  input_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count == 0) output_ended_ = true;
  if (count < 0 && !try_again()) fail("read from a program");
  return count > 0;
}

void LineChannel::read_errors() {
  std::array<char, 1 << 14> block;
  const ssize_t count = ::read(child_.errors().number(), block.data(), block.size());
  if (count == 0) errors_ended_ = true;
  if (count < 0 && !try_again()) fail("read a program's errors");
  if (count > 0) error_line_.append(block.data(), static_cast<std::size_t>(count));
  take_error_lines(errors_ended_);
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

void LineChannel::drain_errors() {
  for (std::size_t size = 1; size > 0 && !errors_ended_;) {
    pollfd errors{.fd = child_.errors().number(), .events = POLLIN, .revents = 0};
    if (::poll(&errors, 1, 0) <= 0) break;
    read_errors();
  }
  take_error_lines(true);
}

// Waits until a pipe can be served, and serves it; false when the time is over.
bool LineChannel::wait_for_pipes(steady_clock::time_point until) {
  std::array<pollfd, 3> pipes{};
  nfds_t count = 0;
  const auto watch = [&](const FileDescriptor& pipe, short events) {
    pipes[count++] = {.fd = pipe.number(), .events = events, .revents = 0};
  };
  if (!output_ended_) watch(child_.output(), POLLIN);
  if (!errors_ended_) watch(child_.errors(), POLLIN);
  const bool writing = !sent() && !refused_ && child_.input();
  if (writing) watch(child_.input(), POLLOUT);

  const auto now = steady_clock::now();
  if (now >= until) return false;
  const auto wait = std::min(std::chrono::ceil<milliseconds>(until - now), kBetweenLooks);
  const int ready = ::poll(pipes.data(), count, static_cast<int>(wait.count()));
  if (ready < 0 && errno != EINTR) fail("poll a program");
  if (ready <= 0) return true;
  for (nfds_t i = 0; i < count; ++i) {
    if (pipes[i].revents == 0) continue;
    if (pipes[i].fd == child_.errors().number()) {
      read_errors();
    } else if (pipes[i].fd == child_.output().number()) {
      read_some();
    } else {
      write_some();
    }
  }
  return true;
}

LineChannel::Got LineChannel::await_line(steady_clock::time_point until,
                                         const std::function<bool()>& interrupted) {
  while (true) {
    const std::size_t end = input_.find('\n', searched_);
    if (end != std::string::npos) {
      if (end > options_.line_bytes_max) return Got::kTooLong;
      line_size_ = end;
      answered_ = true;
      return end + 1 == input_.size() ? Got::kLine : Got::kMoreThanOne;
    }
    searched_ = input_.size();
    if (input_.size() > options_.line_bytes_max) return Got::kTooLong;
    if (output_ended_) return Got::kEnd;
    if (interrupted && interrupted()) return Got::kNothing;
    if (!wait_for_pipes(until)) return Got::kNothing;
  }
}

bool LineChannel::await_end(steady_clock::time_point until, const std::function<bool()>& interrupted) {
  child_.close_input();
  constexpr milliseconds kBriefly{1};
  while (!child_.ended()) {
    input_.clear();
    const auto now = steady_clock::now();
    if (now >= until || (interrupted && interrupted())) return false;
    // When both pipes are closed nothing tells of the end, which is near.
    if (output_ended_ && errors_ended_) {
      ::poll(nullptr, 0, static_cast<int>(kBriefly.count()));
    } else {
      wait_for_pipes(std::min(until, now + 2 * kBriefly));
    }
  }
  drain_errors();
  return true;
}

}  // namespace dse
