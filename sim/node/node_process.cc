#include "sim/node/node_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dse/error.h"

namespace dse {

struct NodeProcess::Ends {
  int ours = -1;
  int theirs = -1;
};

// No other child inherits either end; spawn() passes one on under another number.
NodeProcess::Ends NodeProcess::make_line() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw RunError(fmt::format("cannot make a line to a node: {}", std::strerror(errno)));
  return {ends[0], ends[1]};
}

namespace {

constexpr int kLineOfChild = 3;

pid_t spawn(const std::vector<std::string>& arguments, int line) {
  std::vector<std::string> words = {"dse"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  // Right after the command, because the arguments may end with words that are not options.
  words.insert(words.begin() + 2, {"--supervisor", std::to_string(kLineOfChild)});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // dup2 onto itself would leave it closed on exec.
  const int above = fcntl(line, F_DUPFD_CLOEXEC, kLineOfChild + 1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, above, kLineOfChild);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(above);
  if (error != 0) throw RunError(fmt::format("cannot start a node: {}", std::strerror(error)));
  return pid;
}

}  // namespace

NodeProcess::NodeProcess(std::string component, const std::vector<std::string>& arguments)
    : NodeProcess(std::move(component), arguments, make_line()) {}

NodeProcess::NodeProcess(std::string component, const std::vector<std::string>& arguments, Ends ends)
    : component_(std::move(component)), line_(ends.ours) {
  const LineSocket theirs(ends.theirs);
  signal(SIGCHLD, SIG_DFL);  // if it was inherited as ignored, we would not learn how a child ended
  pid_ = spawn(arguments, theirs.descriptor());
}

NodeProcess::~NodeProcess() { end_at_once(); }

NodeProcess::NodeProcess(NodeProcess&& other) noexcept
    : component_(std::move(other.component_)),
      pid_(std::exchange(other.pid_, -1)),
      line_(std::move(other.line_)),
      report_(std::move(other.report_)),
      exit_status_(other.exit_status_) {}

void NodeProcess::listen() {
  while (const std::optional<std::string> line = line_.receive()) {
    std::optional<NodeReport> report = parse_report(*line);
    if (!report) continue;
    // An unasked report must not hide the answer to a round.
    report->round = std::max(report->round, report_.round);
    report_ = std::move(*report);
  }
}

std::optional<int> NodeProcess::exit_status() {
  wait_for_end(WNOHANG);
  return exit_status_;
}

void NodeProcess::end_at_once() {
  if (pid_ < 0 || exit_status()) return;
  kill(pid_, SIGKILL);
  wait_for_end(0);
}

void NodeProcess::wait_for_end(int options) {
  int status = 0;
  if (exit_status_ || pid_ < 0 || waitpid(pid_, &status, options) != pid_) return;
  exit_status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace dse
