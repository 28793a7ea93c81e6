// Another program as a child process, in a process group of its own, joined to us by three pipes.
// What it starts itself, and leaves in its group, ends with it; and it ends with the thread that
// started it, whatever happens to this process. Where this process ignores SIGCHLD, the signal gets
// its default again. Used by one thread at a time; the thread that starts it must outlive it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "core/file_descriptor.h"

namespace dse {

struct ChildOptions {
  std::string file;                      // the program, ready to be executed
  std::vector<std::string> arguments;    // all of them: the first is its name for itself
  std::string folder;                    // where it is started
  std::vector<std::string> environment;  // NAME=VALUE; nothing else is inherited
};

// The path of the program that a command's first word means: a file in `folder`, or one of that
// name on `path` (as $PATH has it). Throws std::runtime_error, with a sentence for the user, when
// there is none that can be executed.
std::string find_executable(const std::string& word, const std::string& folder, const std::string& path);

// The system refuses to execute a program in a folder.
class ExecError : public std::system_error {
 public:
  using std::system_error::system_error;
};

class ChildProcess {
 public:
  // Throws ExecError, or std::system_error when there is no room for one more process or its pipes.
  explicit ChildProcess(const ChildOptions& options);
  // Ends whatever still runs of its group.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Our ends of its standard input, output and error; none of them blocks.
  const FileDescriptor& input() const { return input_; }
  const FileDescriptor& output() const { return output_; }
  const FileDescriptor& errors() const { return errors_; }
  void close_input() { input_ = FileDescriptor(); }

  // Whether it has ended; what it left in its group may still run.
  bool ended();
  // How many processes of its group besides itself still run; waits until there is none, for
  // `most`.
  std::size_t left_behind(std::chrono::milliseconds most) const;
  // Ends it, with its group, and waits for it.
  void kill();
  // "ended with exit status 3", "was ended by signal 11 (Segmentation fault)"; after it has ended.
  std::string ending() const;
  // Whether it ended with exit status 0.
  bool ended_well() const;

 private:
  FileDescriptor input_;
  FileDescriptor output_;
  FileDescriptor errors_;
  pid_t pid_ = -1;
  bool reaped_ = false;
  std::optional<siginfo_t> end_;  // once it has ended
};

}  // namespace dse
