// Another program as a child: how it is found, started, seen and ended, and what is left of it.
#include "process/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "process/line_channel.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "unit/process/shell.h"

using namespace dse;
namespace fs = std::filesystem;

namespace {

std::string write_file(const std::string& path, const std::string& text, bool executable) {
  std::ofstream(path) << text;
  if (executable) fs::permissions(path, fs::perms::owner_all);
  return path;
}

void await_end(ChildProcess& child) {
  while (!child.ended()) std::this_thread::yield();
}

// The first line that the child says.
std::string said_by(ChildProcess& child) {
  LineChannel channel(child, {});
  if (channel.await_line(much_later(), {}) != LineChannel::Got::kLine)
    throw std::runtime_error("it says nothing");
  return std::string(channel.line());
}

bool has_children() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool exists(pid_t process) { return ::kill(process, 0) == 0; }

// Tells the first descriptor that it has beside the standard ones, without opening one itself.
constexpr const char* kTellDescriptors =
    "n=3; while [ $n -lt 100 ] && ! [ -e /proc/$$/fd/$n ]; do n=$((n + 1)); done; echo $n";

}  // namespace

TEST_CASE("child: a program is found in the folder, then on the path") {
  const TemporaryFolder folder;
  const std::string own = write_file(folder.file("own"), "", true);
  const std::string plain = write_file(folder.file("plain"), "", false);
  fs::create_directories(folder.file("bin"));
  const std::string other = write_file(folder.file("bin/other"), "", true);
  write_file(folder.file("bin/own"), "", true);
  const std::string path = "/no/such::" + folder.file("bin");
  const std::string there = folder.path().string();
  CHECK(find_executable("own", there, path) == own);
  CHECK(find_executable("./own", there, path) == there + "/./own");
  CHECK(find_executable(own, "/", path) == own);
  CHECK(find_executable("other", there, path) == other);
  CHECK_THROWS_WITH(find_executable("other", there, ""),
                    "there is no program 'other' in the scenario's folder or on PATH");
  CHECK_THROWS_WITH(find_executable("bin", there, path),
                    "there is no program 'bin' in the scenario's folder or on PATH");
  CHECK_THROWS_WITH(find_executable("bin/none", there, path), ContainsSubstring("there is no program '"));
  CHECK_THROWS_WITH(find_executable("plain", there, path), ContainsSubstring("[\"python3\", \"plain\"]"));
}

TEST_CASE("child: it gets its arguments, folder and environment, and nothing else") {
  const TemporaryFolder folder;
  ChildOptions options = shell("echo \"$0|$1|$(pwd)|$(env | grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD=')\"");
  options.arguments.insert(options.arguments.end(), {"zero", "one two"});
  options.folder = fs::canonical(folder.path()).string();
  options.environment = {"PATH=/usr/bin:/bin"};
  setenv("DSE_TEST_SECRET", "1", 1);
  ChildProcess child(options);
  CHECK(said_by(child) == "zero|one two|" + options.folder + "|PATH=/usr/bin:/bin");
}

TEST_CASE("child: how it ended is told") {
  const auto ending = [](const std::string& script) {
    ChildProcess child(shell(script));
    await_end(child);
    CHECK(child.ended_well() == (script == "exit 0"));
    return child.ending();
  };
  CHECK(ending("exit 0") == "ended with exit status 0");
  CHECK(ending("exit 7") == "ended with exit status 7");
  CHECK(ending("kill -SEGV $$") == "was ended by signal 11 (Segmentation fault)");
  CHECK_FALSE(has_children());
}

TEST_CASE("child: what cannot be executed says why, and leaves nothing") {
  const TemporaryFolder folder;
  const std::size_t open = open_descriptors();
  const auto error_of = [](ChildOptions options) {
    try {
      const ChildProcess child(options);
    } catch (const ExecError& error) {
      return error.code().value();
    }
    return 0;
  };
  ChildOptions options = shell("");
  options.file = "/no/such/program";
  CHECK(error_of(options) == ENOENT);
  options.file = write_file(folder.file("text"), "print()\n", true);
  CHECK(error_of(options) == ENOEXEC);
  options.file = write_file(folder.file("script"), "#!/no/such/interpreter\n", true);
  CHECK(error_of(options) == ENOENT);
  options.file = "/";
  CHECK(error_of(options) == EACCES);
  options = shell("");
  options.folder = "/no/such/folder";
  CHECK(error_of(options) == ENOENT);
  options = shell("");
  options.arguments.emplace_back(10'000'000, 'x');
  CHECK(error_of(options) == E2BIG);
  CHECK_FALSE(has_children());
  CHECK(open_descriptors() == open);
}

TEST_CASE("child: it has three descriptors, whatever is open here") {
  // As those have that libraries open, or that this process has got from its parent.
  const int careless = ::open("/dev/null", O_RDONLY);
  REQUIRE(careless >= 0);
  {
    ChildProcess child(shell(kTellDescriptors));
    CHECK(said_by(child) == "100");
  }
  ::close(careless);
}

TEST_CASE("child: it has three descriptors, whatever is started beside it") {
  std::atomic<int> others{0};
  const auto start_some = [&others] {
    for (int i = 0; i < 40; ++i) {
      ChildProcess child(shell(kTellDescriptors));
      if (said_by(child) != "100") ++others;
    }
  };
  const std::size_t open = open_descriptors();
  {
    const std::jthread one(start_some);
    const std::jthread two(start_some);
    const std::jthread three(start_some);
  }
  CHECK(others == 0);
  CHECK(open_descriptors() == open);
  CHECK_FALSE(has_children());
}

TEST_CASE("child: signals that are blocked, ignored or handled here do as usual there") {
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto handler = signal(SIGINT, SIG_IGN);
  {
    ChildProcess child(shell("kill -INT $$; echo survived"));
    await_end(child);
    CHECK(child.ending() == "was ended by signal 2 (Interrupt)");
  }
  signal(SIGINT, handler);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("child: what it has started is counted, and ends with it") {
  pid_t started = 0;
  {
    ChildProcess child(shell("sleep 1000 & sleep 1000 & echo $!"));
    started = std::stoi(said_by(child));
    await_end(child);
    CHECK(child.left_behind(std::chrono::milliseconds(0)) == 2);
    CHECK(exists(started));
  }
  // It belongs to another process now, which may take a moment to forget it.
  const auto gone = [started] {
    std::ifstream file("/proc/" + std::to_string(started) + "/stat");
    std::string stat;
    std::getline(file, stat);
    return stat.empty() || stat.find(") Z ") != std::string::npos;
  };
  while (!gone()) std::this_thread::yield();
}

TEST_CASE("child: those that it has started may follow it") {
  ChildProcess child(shell("sleep 0.1 & exit 0"));
  await_end(child);
  CHECK(child.left_behind(std::chrono::seconds(30)) == 0);
}

TEST_CASE("child: it can be ended when it is stopped, or does not listen") {
  for (const char* script :
       {"kill -STOP $$", "trap '' TERM INT HUP; echo ready; while :; do sleep 1000; done"}) {
    ChildProcess child(shell(script));
    child.kill();
    CHECK(child.ending() == "was ended by signal 9 (Killed)");
    child.kill();  // again is nothing
  }
  CHECK_FALSE(has_children());
}

TEST_CASE("child: where the children of a process are reaped by the system, it ends all the same") {
  const auto handler = signal(SIGCHLD, SIG_IGN);
  {
    ChildProcess child(shell("exit 7"));
    await_end(child);
    CHECK(child.ending() == "ended with exit status 7");
  }
  signal(SIGCHLD, handler);
}

TEST_CASE("child: it ends with the thread that started it") {
  std::unique_ptr<ChildProcess> child;
  std::thread([&child] { child = std::make_unique<ChildProcess>(shell("sleep 1000; echo")); }).join();
  await_end(*child);
  CHECK(child->ending() == "was ended by signal 9 (Killed)");
}
