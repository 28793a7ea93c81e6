// A child process that runs one node, and the line to it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "sim/node/supervisor.h"

namespace dse {

class NodeProcess {
 public:
  // Starts this program with these arguments and "--supervisor" and the line's descriptor. Throws RunError.
  NodeProcess(std::string component, const std::vector<std::string>& arguments);
  // Calls end_at_once().
  ~NodeProcess();
  NodeProcess(NodeProcess&& other) noexcept;
  NodeProcess& operator=(NodeProcess&&) = delete;

  const std::string& component() const { return component_; }
  pid_t pid() const { return pid_; }
  void ask(std::uint64_t round) { line_.send("round " + std::to_string(round)); }
  void finish() { line_.send("finish"); }
  void interrupt() { line_.send("interrupt"); }
  // Reads what has arrived; the latest report is then in report().
  void listen();
  const NodeReport& report() const { return report_; }
  int descriptor() const { return line_.descriptor(); }
  // Whether its end of the line is closed.
  bool gone() const { return line_.closed(); }
  // Its exit status, or 128 + the signal that killed it; empty while it runs.
  std::optional<int> exit_status();
  // Kills it if it still runs, and waits for its end.
  void end_at_once();

 private:
  struct Ends;
  static Ends make_line();
  NodeProcess(std::string component, const std::vector<std::string>& arguments, Ends ends);

  void wait_for_end(int options);  // those of waitpid()

  std::string component_;
  pid_t pid_ = -1;
  LineSocket line_;
  NodeReport report_;
  std::optional<int> exit_status_;
};

}  // namespace dse
