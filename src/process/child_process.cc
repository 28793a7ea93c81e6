#include "process/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace dse {
namespace {

// A batch of a learner fits, so that it is on its way when the call that sends it returns.
constexpr int kPipeBytes = 1 << 18;

struct Pipe {
  FileDescriptor reading;
  FileDescriptor writing;
};

// Both ends stay out of other programs that are started meanwhile.
Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "a pipe");
  fcntl(ends[0], F_SETPIPE_SZ, kPipeBytes);  // else it has the system's size, which is enough to work
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void never_block(const FileDescriptor& end) {
  fcntl(end.number(), F_SETFL, fcntl(end.number(), F_GETFL) | O_NONBLOCK);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// What the child needs after fork(), when it may no longer ask for memory.
struct Launch {
  const char* file;
  char* const* arguments;
  char* const* environment;
  const char* folder;
  int standard[3];  // what becomes its standard input, output and error
  int failure;      // where the error of exec is reported
  pid_t parent;
};

// Only calls that are safe after a fork() in a process with threads.
[[noreturn]] void become(const Launch& launch) {
  const auto fail = [&launch](int error) {
    [[maybe_unused]] const ssize_t written = write(launch.failure, &error, sizeof error);
    _exit(127);
  };
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(127);  // the parent has gone already
  for (int standard = 0; standard < 3; ++standard) {
    if (dup2(launch.standard[standard], standard) < 0) fail(errno);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int handled : {SIGINT, SIGTERM, SIGPIPE}) signal(handled, SIG_DFL);
  // Also those that somebody has opened without a thought of other programs. (Before Linux 5.11
  // they stay.)
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (chdir(launch.folder) != 0) fail(errno);
  execve(launch.file, launch.arguments, launch.environment);
  fail(errno);
  _exit(127);
}

// An end that is one of the three standard ones would be overwritten before it is used.
FileDescriptor above_standard(FileDescriptor end) {
  if (end.number() > 2) return end;
  FileDescriptor moved(fcntl(end.number(), F_DUPFD_CLOEXEC, 3));
  if (!moved) throw std::system_error(errno, std::generic_category(), "a descriptor");
  return moved;
}

// Where a parent has told it to ignore SIGCHLD, as some do, the system would reap children, and
// nobody could say how they ended.
void keep_endings() {
  struct sigaction action = {};
  if (sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
}

bool is_executable(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0;
}

// The process group of a process, as /proc tells it; empty when it is gone or a zombie.
std::optional<pid_t> group_of(const std::filesystem::path& process) {
  // It may be gone before it is read, which read() takes for an end, but an iterator throws.
  std::ifstream file(process / "stat");
  std::array<char, 1024> block;
  file.read(block.data(), block.size());
  const std::string stat(block.data(), static_cast<std::size_t>(file.gcount()));
  const std::size_t name_end = stat.rfind(") ");  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  char state = 0;
  pid_t parent = 0;
  pid_t group = 0;
  if (std::sscanf(stat.c_str() + name_end + 2, "%c %d %d", &state, &parent, &group) != 3) return std::nullopt;
  if (state == 'Z' || state == 'X') return std::nullopt;
  return group;
}

// How many living processes are in the group of `leader`, besides itself.
std::size_t count_others_in_group(pid_t leader) {
  std::size_t count = 0;
  std::error_code error;
  using Entries = std::filesystem::directory_iterator;
  for (Entries entry("/proc", error); !error && entry != Entries(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc() || end != name.data() + name.size() || pid == leader) continue;
    if (group_of(entry->path()) == leader) ++count;
  }
  return count;
}

}  // namespace

std::string find_executable(const std::string& word, const std::string& folder, const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path own = fs::path(folder.empty() ? "." : folder) / word;
  if (is_executable(own)) return fs::absolute(own).string();
  std::error_code ignored;
  if (fs::is_regular_file(own, ignored)) {
    throw std::runtime_error(fmt::format(
        "'{}' cannot be executed: make it executable (chmod +x), or name its interpreter first, as "
        "in [\"python3\", \"{}\"]",
        own.string(), word));
  }
  if (word.find('/') != std::string::npos)
    throw std::runtime_error(fmt::format("there is no program '{}'", own.string()));
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    const fs::path file = fs::path(entry) / word;
    if (!entry.empty() && is_executable(file)) return fs::absolute(file).string();
  }
  const char* advice = word.find(' ') == std::string::npos
                           ? ""
                           : "; the words of a command are a list, as in [\"python3\", \"model.py\"]";
  throw std::runtime_error(
      fmt::format("there is no program '{}' in the scenario's folder or on PATH{}", word, advice));
}

ChildProcess::ChildProcess(const ChildOptions& options) {
  keep_endings();
  Pipe to = make_pipe();
  Pipe from = make_pipe();
  Pipe errors = make_pipe();
  Pipe failure = make_pipe();
  to.reading = above_standard(std::move(to.reading));
  from.writing = above_standard(std::move(from.writing));
  errors.writing = above_standard(std::move(errors.writing));
  failure.writing = above_standard(std::move(failure.writing));
  const std::vector<char*> arguments = pointers(options.arguments);
  const std::vector<char*> environment = pointers(options.environment);
  const std::string folder = options.folder.empty() ? "." : options.folder;
  const Launch launch{.file = options.file.c_str(),
                      .arguments = arguments.data(),
                      .environment = environment.data(),
                      .folder = folder.c_str(),
                      .standard = {to.reading.number(), from.writing.number(), errors.writing.number()},
                      .failure = failure.writing.number(),
                      .parent = getpid()};
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "a process");
  if (pid_ == 0) become(launch);
  setpgid(pid_, pid_);  // here as well: whoever comes first, it is done when this returns
  failure.writing = FileDescriptor();
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(failure.reading.number(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof error) {
    kill();
    throw ExecError(error, std::generic_category(), "exec");
  }
  input_ = std::move(to.writing);
  output_ = std::move(from.reading);
  errors_ = std::move(errors.reading);
  for (const FileDescriptor* end : {&input_, &output_, &errors_}) never_block(*end);
}

ChildProcess::~ChildProcess() { kill(); }

// It is not reaped here: its number, and with it that of its group, stays taken until kill().
bool ChildProcess::ended() {
  if (end_) return true;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_)
    end_ = info;
  return end_.has_value();
}

std::size_t ChildProcess::left_behind(std::chrono::milliseconds most) const {
  constexpr std::chrono::milliseconds kBetweenLooks{20};
  std::size_t count = count_others_in_group(pid_);
  for (auto left = most; count > 0 && left > kBetweenLooks; left -= kBetweenLooks) {
    poll(nullptr, 0, static_cast<int>(kBetweenLooks.count()));
    count = count_others_in_group(pid_);
  }
  return count;
}

void ChildProcess::kill() {
  if (reaped_) return;
  reaped_ = true;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // should it not have reached its group yet
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  if (!end_) end_ = info;
}

std::string ChildProcess::ending() const {
  const siginfo_t& end = end_.value();
  if (end.si_code == CLD_EXITED) return fmt::format("ended with exit status {}", end.si_status);
  return fmt::format("was ended by signal {} ({})", end.si_status, strsignal(end.si_status));
}

bool ChildProcess::ended_well() const {
  return end_.has_value() && end_->si_code == CLD_EXITED && end_->si_status == 0;
}

}  // namespace dse
