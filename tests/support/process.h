// Another program, run by a test with arguments, environment and working directory; what it printed, and how
// it ended. A process that exceeds its time is killed, so that no test waits for ever.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/temporary_folder.h"

struct Command {
  std::string program;  // a path
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  // added to this process's own
  std::string folder = ".";                        // the working directory
};

// How it ended: either by itself or by a signal.
struct Outcome {
  int status = -1;  // -1 when a signal ended it
  int signal = 0;
  std::string out;
  std::string err;
};

class Process {
 public:
  explicit Process(const Command& command);
  // Kills the process if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t id() const { return id_; }
  // Sends the signal as soon as the condition holds. Throws when the process ends first, or when it takes too
  // long.
  void send_when(int signal, const std::function<bool()>& condition);
  // What the process has written to its standard output or error so far.
  std::string out_so_far() const;
  std::string err_so_far() const;
  // Throws when it takes too long.
  Outcome wait();

 private:
  void await(const std::function<bool()>& condition, const std::string& what);
  bool has_ended();

  TemporaryFolder output_;
  pid_t id_ = -1;
  bool ended_ = false;
  int wait_status_ = 0;
};

Outcome run_process(const Command& command);

// The same command after `limits`, which are shell commands such as "ulimit -n 100".
Command with_shell_limits(const std::string& limits, const Command& command);
