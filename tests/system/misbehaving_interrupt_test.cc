// Ctrl-C, and the end of dse itself, while a program hangs.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/odd_program.h"

namespace fs = std::filesystem;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Interruption {
  Outcome outcome;
  milliseconds took{};  // from the signal to the end
};

Interruption interrupt(const ProgramFixture& fixture, const Command& command, const std::string& when_there) {
  Process process(command);
  process.send_when(SIGINT, [&] { return fs::exists(fixture.file(when_there)); });
  const auto sent = steady_clock::now();
  Interruption interruption;
  interruption.outcome = process.wait();
  interruption.took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - sent);
  return interruption;
}

// It ends within a second, and keeps what there is.
void check_interrupted(const ProgramFixture& fixture, const std::string& scenario,
                       const std::vector<std::string>& more = {}) {
  const auto [outcome, took] = interrupt(fixture, fixture.replay_command(scenario, more), "hangs");
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 130);
  CHECK(took < milliseconds(1000));
  CHECK_THAT(outcome.out, ContainsSubstring("interrupted"));
  CHECK(none_left_in(fixture.file("")));
  REQUIRE(fixture.runs() == std::vector<std::string>{"run"});
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(summary["status"] == "interrupted");
  CHECK(summary["metrics"].contains("generator.sent"));
}

}  // namespace

TEST_CASE("misbehaving: Ctrl-C while a program hangs keeps what there is") {
  for (const char* body : {"hang()", "tell('hangs')\nos.kill(os.getpid(), signal.SIGSTOP)",
                           "subprocess.Popen(['sleep', '1000'])\nhang()"}) {
    for (Odd odd : kEveryCall) {
      odd.body = body;
      INFO((odd.as == As::kProgram ? "a component" : "a learner") << ", " << odd.when << ": " << body);
      const ProgramFixture fixture;
      check_interrupted(fixture, write_odd(fixture, odd));
    }
  }
}

TEST_CASE("misbehaving: Ctrl-C while a program does not end") {
  for (const As as : {As::kProgram, As::kLearner}) {
    const ProgramFixture fixture;
    check_interrupted(fixture,
                      write_odd(fixture, {.as = as, .when = "none", .more = "def at_end():\n    hang()"}));
  }
}

TEST_CASE("misbehaving: Ctrl-C in a run that records and saves") {
  for (Odd odd : kEveryCall) {
    odd.body = "hang()";
    INFO((odd.as == As::kProgram ? "a component" : "a learner") << ", " << odd.when);
    const ProgramFixture fixture;
    check_interrupted(fixture, write_odd(fixture, odd), {"--record", "--save-models"});
  }
}

TEST_CASE("misbehaving: Ctrl-C while many programs hang") {
  for (Odd odd : kEveryCall) {
    odd.body = "hang()";
    INFO((odd.as == As::kProgram ? "a component" : "a learner") << ", " << odd.when);
    const ProgramFixture fixture;
    const std::string scenario = write_odd(fixture, odd);
    std::string text = read_file(scenario);
    const std::string component = text.substr(text.find("[component.odd]"));
    for (int i = 0; i < 6; ++i) {
      const std::string number = std::to_string(i);
      text += replaced(replaced(component, "[component.odd]", "[component.odd" + number + "]"), "from = \"digits\"",
                       "from = \"copy" + number + "\"");
      text += "[[binding]]\nfrom = \"digits\"\nto = \"copy" + number + "\"\n";
    }
    fixture.write("odd.toml", text);
    check_interrupted(fixture, scenario);
  }
}

TEST_CASE("misbehaving: Ctrl-C does not reach a program that works") {
  const ProgramFixture fixture;
  const std::string scenario =
      write_odd(fixture, {.body = "tell('works')\ntime.sleep(0.05)\nreturn good(call)",
                          .more = "def at_end():\n    tell('ended')"});
  const auto [outcome, took] = interrupt(fixture, fixture.replay_command(scenario), "works");
  INFO(outcome.err);
  CHECK(outcome.status == 130);
  CHECK(messages_in(outcome.err).empty());
  CHECK(fs::exists(fixture.file("ended")));  // in good order, at the end of its input
  CHECK(none_left_in(fixture.file("")));
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
