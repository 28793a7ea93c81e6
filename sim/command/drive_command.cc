#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "core/pipe_signal.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/driver_session.h"
#include "sim/command/run_options.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

// How often a wait looks whether the user has interrupted it.
constexpr int kBetweenLooksMs = 50;

// Waits until the descriptor is ready, or its other end is gone. Throws Interrupted.
void await(int descriptor, short events, const std::atomic<bool>& interrupted) {
  pollfd waited{.fd = descriptor, .events = events, .revents = 0};
  do {
    if (interrupted) throw Interrupted();
  } while (::poll(&waited, 1, kBetweenLooksMs) <= 0);
}

bool try_again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// The calls, as they come in on standard input.
class CallReader {
 public:
  explicit CallReader(const std::atomic<bool>& interrupted) : interrupted_(interrupted) {}

  enum class Got { kCall, kTooLong, kEnd };
  // Waits for the next line, which is then call(). Throws InputError when the input ends within a
  // line, RunError when it cannot be read, Interrupted.
  Got next() {
    input_.erase(0, line_bytes_);
    line_bytes_ = 0;
    std::size_t searched = 0;
    bool too_long = false;
    for (;;) {
      const std::size_t end = input_.find('\n', searched);
      too_long = too_long || std::min(end, input_.size()) > DriverSession::kCallBytesMax;
      if (end != std::string::npos) {
        line_bytes_ = end + 1;
        return too_long ? Got::kTooLong : Got::kCall;
      }
      if (too_long) input_.clear();  // nothing of it is needed
      searched = input_.size();
      if (read_some()) continue;
      if (input_.empty() && !too_long) return Got::kEnd;
      throw InputError({.file = "standard input"}, "ends within a call: each ends with a line feed");
    }
  }
  // Without the end of its line; valid until the next call of next().
  std::string_view call() const { return std::string_view(input_).substr(0, line_bytes_ - 1); }

 private:
  // False at the end.
  bool read_some() {
    constexpr std::size_t kBlock = 1 << 16;
    const std::size_t before = input_.size();
    for (;;) {
      await(STDIN_FILENO, POLLIN, interrupted_);
      input_.resize(before + kBlock);
      const ssize_t count = ::read(STDIN_FILENO, input_.data() + before, kBlock);
      input_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
      if (count >= 0) return count > 0;
      if (!try_again()) throw RunError(fmt::format("cannot read standard input: {}", std::strerror(errno)));
    }
  }

  const std::atomic<bool>& interrupted_;
  std::string input_;
  std::size_t line_bytes_ = 0;  // the size of the line at its begin, with its end
};

// Throws RunError when standard output takes no more, Interrupted.
void write_line(std::string line, const std::atomic<bool>& interrupted) {
  line += '\n';
  const NoPipeSignal no_signal;
  for (std::string_view rest = line; !rest.empty();) {
    await(STDOUT_FILENO, POLLOUT, interrupted);
    // A pipe that is ready takes so much without waiting, so that an interrupt is always seen.
    const ssize_t count = ::write(STDOUT_FILENO, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (!try_again()) {
      throw RunError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    }
  }
}

int drive(DriverSessionOptions options, const Tables& tables) {
  require_ordinary_file(options.scenario, "a test may drive it many times");
  const std::atomic<bool>& interrupted = watch_for_interrupt();
  options.interrupted = &interrupted;
  DriverSession session(options, tables);
  write_line(session.greeting(), interrupted);
  CallReader calls(interrupted);
  for (CallReader::Got got; (got = calls.next()) != CallReader::Got::kEnd;) {
    write_line(got == CallReader::Got::kCall ? session.answer(calls.call()) : session.refuse_long_call(),
               interrupted);
  }
  return kExitOk;
}

}  // namespace

void add_drive_command(CommandParser& parser, const Tables& tables) {
  auto options = std::make_shared<DriverSessionOptions>();
  options->threads = std::max(1U, std::thread::hardware_concurrency());
  ProgramCommand command =
      parser.add_command("drive", "Run a scenario step by step for a test, by calls on standard input");
  command.add_argument("scenario", options->scenario, "the scenario's TOML file");
  add_seed_option(command, options->seed);
  command.add_whole("--ordering", options->ordering,
                    "of simultaneous events, in place of the scenario's; 0: as they were scheduled",
                    {.what = "an ordering"});
  add_setting_option(command, options->settings);
  add_threads_option(command, options->threads, "threads that compute; they change no result");
  command.example("dse drive scenarios/start.toml");
  command.on_run([options, &tables] { return drive(*options, tables); });
}

}  // namespace dse
