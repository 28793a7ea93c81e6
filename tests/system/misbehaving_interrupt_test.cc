// Ctrl-C, and the end of dse itself, while a program hangs.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/odd_program.h"

namespace fs = std::filesystem;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A run of an odd program that is interrupted as soon as the file `hangs` is there.
struct OddRun {
  explicit OddRun(const Odd& odd, const std::vector<std::string>& more = {})
      : process(fixture.replay_command(write_odd(fixture, odd), more)) {}
  OddRun(const std::function<std::string(const ProgramFixture&)>& write_scenario)
      : process(fixture.replay_command(write_scenario(fixture))) {}

  ProgramFixture fixture;
  Process process;
};

// It ends within a second, and keeps what there is.
void check_interrupted(OddRun& run) {
  run.process.send_when(SIGINT, [&] { return fs::exists(run.fixture.file("hangs")); });
  const auto sent = steady_clock::now();
  const Outcome outcome = run.process.wait();
  CHECK(steady_clock::now() - sent < milliseconds(1000));
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 130);
  CHECK_THAT(outcome.out, ContainsSubstring("interrupted"));
  CHECK(none_left_in(run.fixture.file("")));
  REQUIRE(run.fixture.runs() == std::vector<std::string>{"run"});
  const auto summary = nlohmann::json::parse(read_file(run.fixture.run() + "/summary.json"));
  CHECK(summary["status"] == "interrupted");
  CHECK(summary["metrics"].contains("generator.sent"));
}

void check_every_call(const std::string& body, const std::vector<std::string>& more = {}) {
  std::vector<std::unique_ptr<OddRun>> runs;
  for (Odd odd : kEveryCall) {
    odd.body = body;
    runs.push_back(std::make_unique<OddRun>(odd, more));
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    INFO((kEveryCall[i].as == As::kProgram ? "a component" : "a learner")
         << ", " << kEveryCall[i].when << ": " << body);
    check_interrupted(*runs[i]);
  }
}

// Seven components with the same program.
std::string write_many(const ProgramFixture& fixture, const Odd& odd) {
  std::string text = read_file(write_odd(fixture, odd));
  const std::string component = text.substr(text.find("[component.odd]"));
  for (int i = 0; i < 6; ++i) {
    const std::string number = std::to_string(i);
    text += replaced(replaced(component, "[component.odd]", "[component.odd" + number + "]"),
                     "from = \"digits\"", "from = \"copy" + number + "\"");
    text += "[[binding]]\nfrom = \"digits\"\nto = \"copy" + number + "\"\n";
  }
  return fixture.write("odd.toml", text);
}

}  // namespace

TEST_CASE("misbehaving: Ctrl-C while a program hangs keeps what there is") { check_every_call("hang()"); }

TEST_CASE("misbehaving: Ctrl-C while a program is stopped") {
  check_every_call("tell('hangs')\nos.kill(os.getpid(), signal.SIGSTOP)");
}

TEST_CASE("misbehaving: Ctrl-C while a program hangs that has started others") {
  check_every_call("subprocess.Popen(['sleep', '1000'])\nhang()");
}

TEST_CASE("misbehaving: Ctrl-C in a run that records and saves") {
  check_every_call("hang()", {"--record", "--save-models"});
}

TEST_CASE("misbehaving: Ctrl-C while many programs hang") {
  for (const std::size_t call : {0U, 2U, 3U, 6U}) {
    Odd odd = kEveryCall[call];
    odd.body = "hang()";
    INFO((odd.as == As::kProgram ? "a component" : "a learner") << ", " << odd.when);
    OddRun run([&odd](const ProgramFixture& fixture) { return write_many(fixture, odd); });
    check_interrupted(run);
  }
}

TEST_CASE("misbehaving: Ctrl-C while a program does not end") {
  for (const As as : {As::kProgram, As::kLearner}) {
    OddRun run(Odd{.as = as, .when = "none", .more = "def at_end():\n    hang()"});
    check_interrupted(run);
  }
}

TEST_CASE("misbehaving: Ctrl-C does not reach a program that works") {
  OddRun run(Odd{.body = "tell('works')\ntime.sleep(0.05)\nreturn good(call)",
                 .more = "def at_end():\n    tell('ended')"});
  run.process.send_when(SIGINT, [&] { return fs::exists(run.fixture.file("works")); });
  const Outcome outcome = run.process.wait();
  INFO(outcome.err);
  CHECK(outcome.status == 130);
  CHECK(messages_in(outcome.err).empty());
  CHECK(fs::exists(run.fixture.file("ended")));  // in good order, at the end of its input
  CHECK(none_left_in(run.fixture.file("")));
}

TEST_CASE("misbehaving: a program ends with a dse that is killed") {
  for (Odd odd : kEveryCall) {
    odd.body = "hang()";
    INFO((odd.as == As::kProgram ? "a component" : "a learner") << ", " << odd.when);
    const ProgramFixture fixture;
    Process process(fixture.replay_command(write_odd(fixture, odd)));
    process.send_when(SIGKILL, [&] { return fs::exists(fixture.file("hangs")); });
    CHECK(process.wait().signal == SIGKILL);
    CHECK(none_left_in(fixture.file("")));
  }
}
