// The program of one component: started, asked one call at a time, and ended. Everything that can
// be wrong with it becomes a RunError that names the component, the call and its virtual time, and
// says what to do. Used by one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "dse/app.h"
#include "dse/external_program.h"
#include "dse/time.h"

namespace dse {

class ChildProcess;
class LineChannel;

struct ProgramHostOptions {
  std::string component;
  ExternalProgram command;
  // Whether the user has asked the run to end, and nobody is waited for any longer
  // (interrupt_moment.h); may be empty.
  std::function<bool()> interrupted = {};
  // Called with each line that is exchanged: "> {...}" to the program, "< {...}" from it; may be
  // empty.
  LineSink log = {};
};

struct ProgramCall {
  const char* name = "";
  std::optional<TimeNs> time_ns = {};  // empty: it is made at no particular time
  std::string line = {};               // the call itself
};

class ProgramHost {
 public:
  // Throws InputError when there is no program of that name that can be executed.
  explicit ProgramHost(ProgramHostOptions options);
  // Ends the program, if it still runs.
  ~ProgramHost();

  // Starts the process, once. Throws InputError when the system refuses to execute it.
  void start();
  bool started() const { return channel_ != nullptr; }
  // Whether it has been started, and has ended: by itself, with a failure, or because of an
  // interrupt.
  bool over() const { return over_; }

  // Sends a call; its reply must be awaited before the next one is sent. Throws Interrupted when it
  // is over.
  void send(ProgramCall call);
  // The reply to it, read by `read`, which throws ProtocolError for what is not one. Throws
  // RunError when the program gives no such reply, Interrupted when the user does not want to wait
  // for it.
  template <typename Read>
  auto await(Read read) {
    const std::string_view reply = await_reply();
    try {
      return read(reply);
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }
  template <typename Read>
  auto ask(ProgramCall call, Read read) {
    send(std::move(call));
    return await(read);
  }

  // Nothing more is asked: closes its standard input, and waits until it has ended. Throws RunError
  // when it does not end, ends with a failure, or leaves other processes behind.
  void end();
  // Ends it at once, where it stands.
  void kill();

 private:
  std::string_view await_reply();
  std::function<bool()> give_up() const;
  [[noreturn]] void fail_to_start(const std::error_code& code, bool executing) const;
  [[noreturn]] void fail_for_unasked(std::string_view where);
  [[noreturn]] void fail_for_closed(const char* what);
  [[noreturn]] void fail(const std::string& what);
  std::string last_errors() const;

  ProgramHostOptions options_;
  std::string file_;  // what is executed
  ProgramCall call_;  // the last one
  std::unique_ptr<ChildProcess> child_;
  std::unique_ptr<LineChannel> channel_;
  bool over_ = false;
};

}  // namespace dse
