// One line on standard error that shows how far long work is, and is overwritten as it goes on.
//
// A thread of its own draws it, five times a second at most, so the work never waits for a terminal. The line
// is cut to the terminal's width; nothing is left of it once it is destroyed, whatever ends the work.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace dse {

// Where it is shown. kAuto: on a terminal.
enum class ProgressChoice { kAuto, kAlways, kNever };

class LiveLine {
 public:
  // What the line says after this many seconds; "" for no line. Called by the line's thread.
  using Text = std::function<std::string(double seconds)>;

  // Draws the line for the first time when the work has taken a while; with kAlways, it is drawn once more
  // when it is destroyed, so that even short work shows it.
  LiveLine(ProgressChoice choice, Text text);
  ~LiveLine();
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  // Prints something else while the line is away. Any thread may call it.
  void above(const std::function<void()>& print);

 private:
  void run(const std::stop_token& stop);
  void draw(double seconds);
  void erase();

  const Text text_;
  const bool draws_at_end_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool drawn_ = false;
  std::jthread thread_;  // last, because it uses the others; not started when nothing is shown
};

}  // namespace dse
