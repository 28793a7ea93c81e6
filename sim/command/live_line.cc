#include "sim/command/live_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "core/diagnostics.h"
#include "sim/command/progress_text.h"
#include "sim/command/standard_streams.h"

namespace dse {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenDraws(200);

// How many columns the terminal has; 80 where it does not say.
std::size_t terminal_width() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool is_shown(ProgressChoice choice) {
  if (choice == ProgressChoice::kAuto) return is_terminal(STDERR_FILENO);
  return choice == ProgressChoice::kAlways;
}

}  // namespace

LiveLine::LiveLine(ProgressChoice choice, Text text)
    : text_(std::move(text)), draws_at_end_(choice == ProgressChoice::kAlways) {
  if (is_shown(choice)) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

LiveLine::~LiveLine() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  erase();
}

void LiveLine::above(const std::function<void()>& print) {
  const std::lock_guard lock(mutex_);
  erase();
  print();
}

void LiveLine::run(const std::stop_token& stop) {
  const SteadyClock::time_point started = SteadyClock::now();
  const auto seconds = [started] {
    return std::chrono::duration<double>(SteadyClock::now() - started).count();
  };
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, kBetweenDraws, [&stop] { return stop.stop_requested(); }))
    draw(seconds());
  if (draws_at_end_) draw(seconds());
}

// Called with the mutex held. The last column stays empty, since some terminals go to the next line after it.
void LiveLine::draw(double seconds) {
  const std::string text = text_(seconds);
  if (text.empty()) return erase();
  tell("\r{}\x1b[K", first_columns(text, terminal_width() - 1));
  drawn_ = true;
}

void LiveLine::erase() {
  if (drawn_) tell("\r\x1b[K");
  drawn_ = false;
}

}  // namespace dse
