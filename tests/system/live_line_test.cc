// The line that shows how far long work is: only where it is wanted, and gone before anything else is
// printed.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "core/readable.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// What is left on a terminal's line of these bytes, and every state of it in between.
struct Screen {
  std::vector<std::string> drawn;  // each state of the line that was overwritten
  std::string left;                // whole lines and the last one, as they stand at the end
};

Screen screen_of(const std::string& bytes) {
  Screen screen;
  std::string line;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == '\r' && bytes.compare(at, 2, "\r\n") != 0) {
      if (!line.empty()) screen.drawn.push_back(line);
      line.clear();
    } else if (bytes.compare(at, 3, "\x1b[K") == 0) {
      at += 2;
    } else if (bytes[at] == '\n') {
      screen.left += line + '\n';
      line.clear();
    } else if (bytes[at] != '\r') {
      line += bytes[at];
    }
  }
  screen.left += line;
  return screen;
}

// The program with a terminal of this width as its standard error and output; what it wrote there.
std::string on_terminal(const Command& command, unsigned short columns, int& status) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
    throw std::runtime_error("no terminal");
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  const std::string name = ptsname(terminal);
  const pid_t child = fork();
  if (child == 0) {
    const int end = open(name.c_str(), O_RDWR | O_NOCTTY);
    ioctl(end, TIOCSWINSZ, &size);
    dup2(end, STDOUT_FILENO);
    dup2(end, STDERR_FILENO);
    setenv("TERM", "xterm", 1);
    std::vector<std::string> words = command.arguments;
    words.insert(words.begin(), command.program);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (chdir(command.folder.c_str()) == 0) execv(command.program.c_str(), arguments.data());
    _exit(127);
  }
  std::string bytes;
  std::array<char, 4096> buffer = {};
  while (true) {
    const ssize_t count = read(terminal, buffer.data(), buffer.size());
    if (count <= 0) break;  // EIO, once the child has closed its end
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
  int wait_status = 0;
  waitpid(child, &wait_status, 0);
  close(terminal);
  status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
  return bytes;
}

}  // namespace

TEST_CASE("live line: a run shows its share, its time, its speed and its models' accuracy, and erases it") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(kScenarios + "sample-four-models.toml", {"--progress", "always"});
  REQUIRE(outcome.status == 0);
  const Screen screen = screen_of(outcome.err);
  CHECK(screen.left.empty());
  REQUIRE_FALSE(screen.drawn.empty());
  for (const std::string& line : screen.drawn) {
    CAPTURE(line);
    CHECK(dse::display_width(line) < 80);
    CHECK_THAT(
        line, ContainsSubstring(" % ") && ContainsSubstring(" virtual ") && ContainsSubstring(" messages/s"));
  }
  CHECK_THAT(screen.drawn.back(), Catch::Matchers::StartsWith("100 %  500 ms virtual") &&
                                      ContainsSubstring("  lenet 0.68  mlp 0.73  quadratic 0."));
}

TEST_CASE("live line: it stays away from pipes, and with --quiet or --progress never") {
  const ProgramFixture fixture;
  const std::string scenario = kScenarios + "sample-four-models.toml";
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--quiet", "--progress", "always"}, {"--progress", "never"}}) {
    CHECK(fixture.replay(scenario, more).err.empty());
    std::filesystem::remove_all(fixture.run());
  }
}

TEST_CASE("live line: verify and explore show how many runs are done") {
  const ProgramFixture fixture;
  const Outcome verified = run_process(dse_command(
      {"verify", "--progress", "always", kScenarios + "start.toml", kScenarios + "prefetch.toml"}));
  const Screen verify = screen_of(verified.err);
  REQUIRE_FALSE(verify.drawn.empty());
  CHECK_THAT(verify.drawn.back(), ContainsSubstring(" of 2 scenarios"));
  CHECK(verify.left.empty());
  const std::string scenario = fixture.write("s.toml", small_scenario());
  const Outcome explored = run_process(dse_command(
      {"explore", scenario, "--seeds", "1..20", "--progress", "always", "--out", fixture.file("explored")}));
  REQUIRE(explored.status == 0);
  const Screen explore = screen_of(explored.err);
  REQUIRE_FALSE(explore.drawn.empty());
  CHECK(explore.drawn.back() == "20 of 20 runs");
  CHECK(explore.left.empty());
}

TEST_CASE("live line: on a terminal it fits, and only results are left there") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", small_scenario() + "[[expect]]\nmetric = \"echo.received\"\nequals = 10\n");
  for (const unsigned short columns : std::initializer_list<unsigned short>{20, 200}) {
    int status = -1;
    const std::string bytes = on_terminal(
        fixture.replay_command(scenario, {"--progress", "always", "--color", "never"}), columns, status);
    INFO(bytes);
    CHECK(status == 0);
    const Screen screen = screen_of(bytes);
    for (const std::string& line : screen.drawn) CHECK(dse::display_width(line) < columns);
    CHECK_THAT(screen.left, Catch::Matchers::StartsWith("Ten digits") && !ContainsSubstring("messages/s"));
    CHECK_THAT(screen.left, ContainsSubstring("results in "));
    std::filesystem::remove_all(fixture.run());
  }
}
