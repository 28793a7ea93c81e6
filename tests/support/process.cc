#include "support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace {

constexpr auto kLongestWait = std::chrono::seconds(300);
constexpr auto kPollInterval = std::chrono::milliseconds(1);

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

void require(int error, const std::string& action) {
  if (error != 0) throw std::system_error(error, std::generic_category(), action);
}

}  // namespace

Process::Process(const Command& command) {
  std::vector<std::string> words = {command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment = environment_with(command.environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int create = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_.file("out").c_str(), create, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, output_.file("err").c_str(), create, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  const int error = posix_spawn(&id_, command.program.c_str(), &actions, nullptr, pointers(words).data(),
                                pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  require(error, command.program);
}

Process::~Process() {
  if (ended_) return;
  kill(id_, SIGKILL);
  waitpid(id_, &wait_status_, 0);
}

bool Process::has_ended() {
  if (!ended_) ended_ = waitpid(id_, &wait_status_, WNOHANG) == id_;
  return ended_;
}

void Process::await(const std::function<bool()>& condition, const std::string& what) {
  const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited too long for " + what);
    std::this_thread::sleep_for(kPollInterval);
  }
}

void Process::send_when(int signal, const std::function<bool()>& condition) {
  await([&] { return condition() || has_ended(); }, "the moment to send a signal");
  if (ended_) {
    throw std::runtime_error("the process ended before a signal was sent: " + content(output_.file("err")));
  }
  require(kill(id_, signal) == 0 ? 0 : errno, "kill");
}

std::string Process::out_so_far() const { return content(output_.file("out")); }
std::string Process::err_so_far() const { return content(output_.file("err")); }

Outcome Process::wait() {
  await([this] { return has_ended(); }, "a process to end");
  Outcome outcome;
  if (WIFEXITED(wait_status_)) outcome.status = WEXITSTATUS(wait_status_);
  if (WIFSIGNALED(wait_status_)) outcome.signal = WTERMSIG(wait_status_);
  outcome.out = content(output_.file("out"));
  outcome.err = content(output_.file("err"));
  return outcome;
}

Outcome run_process(const Command& command) { return Process(command).wait(); }

Command with_shell_limits(const std::string& limits, const Command& command) {
  Command shell = command;
  shell.program = "/bin/sh";
  shell.arguments = {"-c", limits + "\nexec \"$0\" \"$@\"", command.program};
  shell.arguments.insert(shell.arguments.end(), command.arguments.begin(), command.arguments.end());
  return shell;
}
