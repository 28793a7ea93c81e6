// Lines to a child process and back, one answer at a time. A write never blocks; while an answer is
// awaited, all three pipes are served, so that no program can stop by filling one. Used by one
// thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "process/child_process.h"

namespace dse {

class LineChannel {
 public:
  struct Options {
    std::size_t line_bytes_max = 64 << 20;
    // Called with each line of the child's standard error, without its end; long ones come in
    // parts.
    std::function<void(std::string_view line)> on_error_line = {};
  };
  // The child must outlive the channel.
  LineChannel(ChildProcess& child, Options options) : child_(child), options_(std::move(options)) {}

  enum class Got {
    kLine,         // line() is the answer
    kNothing,      // the time is over, or the wait was interrupted
    kEnd,          // the child has ended, or closed its standard output
    kRefused,      // the child has closed its standard input before it had read all that was sent
    kTooLong,      // the answer is longer than line_bytes_max
    kMoreThanOne,  // the child has written more than the answer, unasked
  };

  // Sends the line, to which the end is added, as far as the pipe takes it; the rest goes while an
  // answer is awaited. Nothing is sent to a child that has written something unasked.
  void send(std::string_view line);
  // Waits until `until` at the latest, or until `interrupted`, which is asked a few times a second.
  // What has come by then counts, also when nobody looked in time.
  Got await_line(std::chrono::steady_clock::time_point until, const std::function<bool()>& interrupted);
  // The answer, without its end; valid until the next call.
  std::string_view line() const { return std::string_view(input_).substr(0, line_size_); }
  // Whether everything that was sent has been taken by the pipe.
  bool sent() const { return written_ == output_.size(); }
  // What has come beside lines that were answers: a part of one, or something unasked; valid until
  // the next call.
  std::string_view unfinished() const { return input_; }

  // Closes the child's standard input, and serves its output and error until it has ended; until
  // `until` at the latest. Returns whether it has ended. unfinished() begins with what it has
  // written meanwhile, or before and unasked.
  bool await_end(std::chrono::steady_clock::time_point until, const std::function<bool()>& interrupted);
  // Takes what its standard error holds now.
  void drain_errors();
  // The last lines of its standard error.
  const std::deque<std::string>& last_errors() const { return last_errors_; }

 private:
  void forget_answer();
  void write_some();
  void look_at_input(short events);
  bool read_some(std::size_t most);
  std::size_t read_errors();
  void take_error_lines(bool at_end);
  void look_for_end();
  bool wait_for_pipes(std::chrono::steady_clock::time_point until);

  ChildProcess& child_;
  Options options_;
  std::string output_;  // what is being sent
  std::size_t written_ = 0;
  bool refused_ = false;
  bool input_closed_ = false;  // by the child, which has read all that was sent
  bool unasked_ = false;       // it had written something before it was asked
  std::string input_;
  std::size_t searched_ = 0;   // bytes of input_ that have no line end
  std::size_t line_size_ = 0;  // how long the answer in input_ is, without its end
  bool answered_ = false;
  bool output_ended_ = false;
  bool errors_ended_ = false;
  std::chrono::steady_clock::time_point next_look_ = {};
  std::string error_line_;
  std::deque<std::string> last_errors_;
};

}  // namespace dse
