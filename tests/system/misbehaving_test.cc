// Programs as components, and as learners, that do not do what docs/program-protocol.md asks: each
// ends the run with one message that tells the user what to do, at once, and nothing is left
// behind.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "support/catch.h"
#include "support/odd_program.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

void check_message(const Outcome& outcome, const std::vector<std::string>& said) {
  const std::vector<std::string> messages = messages_in(outcome.err);
  REQUIRE(messages.size() == 1);
  for (const std::string& text : said) CHECK_THAT(messages[0], ContainsSubstring(text));
}

void check_nothing_left(const ProgramFixture& fixture) {
  CHECK(fixture.runs() == std::vector<std::string>());
  CHECK(none_left_in(fixture.file("")));
}

// A run of the odd program.
struct OddRun {
  explicit OddRun(const Odd& odd, const std::vector<std::string>& more = {})
      : process(fixture.replay_command(write_odd(fixture, odd), more)) {}

  ProgramFixture fixture;
  Process process;
};

// The run ends because of the program, with one message that holds all of `said`.
void check_failed(OddRun& run, const std::vector<std::string>& said) {
  const Outcome outcome = run.process.wait();
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 3);
  CHECK(outcome.out == "");
  check_message(outcome, said);
  check_message(outcome, {"component 'odd': its program failed in the call `"});
  check_nothing_left(run.fixture);
}

void check_failed(const Odd& odd, const std::vector<std::string>& said,
                  const std::vector<std::string>& more = {}) {
  OddRun run(odd, more);
  check_failed(run, said);
}

// What the call and its time are called in the message.
std::string in_call(const Odd& odd) { return "the call `" + odd.when + "` at "; }

// Does it in every kind of call, in programs that run side by side.
void check_every_call(Odd odd, const std::vector<std::string>& said) {
  std::vector<std::unique_ptr<OddRun>> runs;
  for (const Odd& one : kEveryCall) {
    odd.as = one.as;
    odd.when = one.when;
    runs.push_back(std::make_unique<OddRun>(odd));
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    INFO((kEveryCall[i].as == As::kProgram ? "a component" : "a learner") << ", " << kEveryCall[i].when);
    std::vector<std::string> all = said;
    all.push_back(in_call(kEveryCall[i]));
    check_failed(*runs[i], all);
  }
}

const As kBoth[] = {As::kProgram, As::kLearner};

std::string first_call(As as) { return as == As::kProgram ? "deliver" : "train"; }

}  // namespace

TEST_CASE("misbehaving: a program that cannot be started is a wrong scenario") {
  for (const As as : kBoth) {
    const ProgramFixture fixture;
    const auto check = [&](const std::string& command, const std::vector<std::string>& said) {
      const std::string scenario = write_odd(fixture, {.as = as, .command = command});
      std::vector<std::string> all = said;
      all.push_back(scenario + ":");
      fixture.check_refused(scenario, all);
      CHECK(none_left_in(fixture.file("")));
    };
    check(R"(["no-such-program"])",
          {"there is no program 'no-such-program' in the scenario's folder or on PATH"});
    check(R"(["./no/such"])", {"there is no program '"});
    fixture.write("plain.py", "print()\n");
    check(R"(["plain.py"])",
          {"cannot be executed: make it executable (chmod +x), or name its interpreter first",
           "[\"python3\", \"plain.py\"]"});
    fs::create_directories(fixture.file("folder"));
    check(R"(["folder"])", {"there is no program 'folder'"});
    const auto executable = [&](const std::string& name, const std::string& text) {
      fs::permissions(fixture.write(name, text), fs::perms::owner_all);
    };
    executable("wrong-interpreter", "#!/no/such/interpreter\n");
    check(R"(["wrong-interpreter"])",
          {"cannot be executed: No such file or directory", "its first line must name its interpreter"});
    executable("no-interpreter", "print()\n");
    check(R"(["no-interpreter"])",
          {"cannot be executed: Exec format error", "its first line must name its interpreter"});
    executable("no-program",
               "\x7f"
               "ELF nonsense");
    check(R"(["no-program"])", {"cannot be executed: Exec format error"});
    executable("windows", "#!/bin/sh\r\nexit 0\r\n");
    check(R"(["windows"])", {"cannot be executed: No such file or directory", "its first line must name"});
  }
}

TEST_CASE("misbehaving: no JSON") {
  check_every_call({.body = "return 'hello there'"},
                   {"it said \"hello there\", which is no JSON: only replies may go to its standard output"});
  for (const std::string text : {R"('')", R"('{"steps":[}')", R"('{} {}')", R"('\x00')", R"('NaN')"})
    check_failed({.body = "return " + text}, {"which is no JSON"});
  check_failed(
      {.body = "sys.stdout.buffer.write(b'{\"steps\":[[\"\\xff\"]]}\\n')\nsys.stdout.buffer.flush()\nhang()"},
      {"which is no JSON"});
}

TEST_CASE("misbehaving: JSON that is no reply") {
  const auto check = [](const std::string& reply, const std::vector<std::string>& said,
                        const Odd& more = {}) {
    Odd odd = more;
    odd.body = "return '" + reply + "'";
    INFO(reply);
    std::vector<std::string> all = said;
    all.push_back(in_call(odd));
    check_failed(odd, all);
  };
  check("[]", {"it said [], which is no reply: expected an object"});
  check("null", {"it said null, which is no reply"});
  check(R"({"step":[]})", {"its reply has the member \"step\", which is none of steps"});
  check(R"({"steps":{}})", {"its steps are {}: expected a list"});
  check(R"({"steps":[7]})", {"the step 7 is not one: a step is a list that begins with its name"});
  check(R"({"steps":[["wirte","out",{}]]})", {"there is no step \"wirte\"", "did you mean 'write'?"});
  check(R"({"steps":[["write","digits",{}]]})",
        {"it writes to \"digits\", which it may not: its component's `to` is out; add the name there"});
  check(R"({"steps":[["after",-1]]})", {"the time of \"after\" is -1: expected an integer from 0"});
  check(R"({"steps":[["stream"]]})", {"it streams already"});
  check(R"({"steps":[["metric","loss",1]]})",
        {"it sets the metric \"loss\", which its component does not list"});
  check(R"({"steps":[["reject",true]]})", {"the step \"reject\" has nothing to reject"}, {.when = "start"});
  check(R"({"metrics":{"loss":1}})", {"it reports the metric \"loss\", which its component does not list"},
        {.when = "finish"});
  check(R"({"metrics":{"loss":"low"}})", {"the metric \"loss\" is \"low\""},
        {.when = "finish", .keys = "metrics = [\"loss\"]\n"});
  // A short line is parsed whatever its depth; a long one is given up.
  for (const auto& [depth, said] :
       {std::pair("1000", "is not one: a step is a list that begins with its name"),
        std::pair("1000000", "it said JSON that is nested more than 80 deep")}) {
    check_failed({.body = std::string("return '[' * ") + depth + " + ']' * " + depth}, {"it said "});
    check_failed(
        {.body = std::string("return '{\"steps\":' + '[' * ") + depth + " + ']' * " + depth + " + '}'"},
        {said});
  }
  const std::pair<std::string, std::string> wrong_predictions[] = {
      {R"({"labels":[1]})", "\"labels\" in its reply is a list of 1: expected a list of 2"},
      {R"({"labels":[1,2]})", "its reply lacks \"confidences\""},
      {R"({"labels":[1,10],"confidences":[0.5,0.5]})", "a label is 10: expected an integer from 0 to 9"},
      {R"({"labels":[1,2],"confidences":[0.5,1.5]})", "a confidence is 1.5: expected 0 to 1"},
      {R"({"probabilities":[[1],[1]]})", "expected 10 numbers"},
      {R"({"steps":[]})", "its reply has the member \"steps\""}};
  for (const auto& [reply, said] : wrong_predictions)
    check(reply, {said}, {.as = As::kLearner, .when = "train"});
  check("{}", {"it predicts nothing: reply with \"labels\" and \"confidences\", or \"probabilities\""},
        {.as = As::kLearner, .when = "predict"});
  check(R"({"steps":[]})", {"its reply has the member \"steps\": expected {}"},
        {.as = As::kLearner, .when = "start"});
}

TEST_CASE("misbehaving: a hundred steps are a good reply") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(write_odd(
      fixture, {.body = "return json.dumps({'steps': [['write', 'out', {}]] * 100 + [['after', 7]]})"}));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(none_left_in(fixture.file("")));
}

TEST_CASE("misbehaving: time that has no end") {
  const ProgramFixture fixture;
  const Outcome outcome =
      fixture.replay(write_odd(fixture, {.body = "return '{\"steps\":[[\"after\",9223372036854775807]]}'"}));
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 3);
  check_message(outcome, {"set `until`"});
  CHECK(none_left_in(fixture.file("")));
}

TEST_CASE("misbehaving: prints by itself") {
  const std::vector<std::string> said = {
      "there is one line in reply to a call, and everything else goes to standard error"};
  check_every_call({.body = "sys.stdout.write('{}\\n')\nreturn good(call)"}, said);  // both at once
  check_every_call({.body = "return good(call) + '\\nprogress: 10 %'"}, said);
  check_every_call({.body = "sys.stdout.write(good(call) + '\\nhalf a line')\nsys.stdout.flush()\nhang()"},
                   said);
  // It depends on the moment whether the reply has come as well.
  check_every_call({.body = "say('progress: 10 %')\nreturn good(call)"}, {"it said \"progress: 10 %"});
}

TEST_CASE("misbehaving: prints between two calls") {
  // The program prints when its reply has been read and the next call has not come.
  for (const As as : kBoth) {
    const std::string call = first_call(as);
    check_failed({.as = as, .when = call, .body = "say(good(call))\ntime.sleep(0.2)\nreturn 'good morning'"},
                 {"good morning"});
  }
}

TEST_CASE("misbehaving: prints when all is over") {
  for (const As as : kBoth) {
    check_failed({.as = as, .when = "none", .more = "def at_end():\n    say('goodbye')"},
                 {"the call `finish`", "it said \"goodbye\" after its last reply"});
    check_failed({.as = as, .when = "none", .more = "def at_end():\n    sys.stdout.write('x' * 1000000)"},
                 {"the call `finish`", "it said \"xxx", "xxx\"... after its last reply"});
  }
}

TEST_CASE("misbehaving: hangs") {
  const std::vector<std::string> said = {
      "it has not replied within 3s: look for an endless loop, or give it more time with `patience`"};
  check_every_call({.body = "hang()", .patience = "3s"}, said);
  check_failed({.body = "while True:\n    pass", .patience = "3s"}, said);
  check_failed({.body = "sys.stdout.write('{\"steps\":')\nsys.stdout.flush()\nhang()", .patience = "3s"},
               said);
}

TEST_CASE("misbehaving: is stopped") {
  check_every_call({.body = "os.kill(os.getpid(), signal.SIGSTOP)", .patience = "3s"},
                   {"it has not replied within 3s"});
}

TEST_CASE("misbehaving: dies") {
  check_every_call({.body = "sys.stderr.write('first\\nout of paper\\n')\nos._exit(7)"},
                   {"it ended with exit status 7", "its standard error ends with: ", "out of paper"});
  check_every_call({.body = "os._exit(0)"},
                   {"it ended with exit status 0: a program runs until its standard input "
                    "ends"});
  check_every_call({.body = "os.kill(os.getpid(), signal.SIGSEGV)"},
                   {"it was ended by signal 11 (Segmentation fault)"});
  check_every_call({.body = "raise ValueError('no good')"},
                   {"it ended with exit status 1", "ValueError: no good"});
  // With a part of a reply.
  check_failed({.body = "sys.stdout.write('{\"steps\":')\nsys.stdout.flush()\nos._exit(7)"},
               {"it ended with exit status 7, having said only \"{\\\"steps\\\":\""});
}

TEST_CASE("misbehaving: dies in a call that only some programs get") {
  const auto replying = [](const std::string& steps) {
    return "plain = good\ndef good(call):\n    if call['call'] == 'deliver':\n        return '{\"steps\":" +
           steps + "}'\n    return plain(call)";
  };
  check_failed({.when = "resume", .body = "os._exit(7)", .more = replying(R"([["after",5]])")},
               {"the call `resume` at 5ns", "it ended with exit status 7"});
  check_failed({.when = "returned",
                .body = "os._exit(7)",
                .more = replying(R"([["write","out",{},{"mandatory":true}]])")},
               {"the call `returned` at ", "it ended with exit status 7"});
  for (const As as : kBoth) {
    check_failed({.as = as, .when = "save", .body = "os._exit(7)"},
                 {"the call `save` at ", "it ended with exit status 7"}, {"--save-models"});
  }
}

TEST_CASE("misbehaving: a component that crashes takes its program with it") {
  for (const As as : kBoth) {
    const ProgramFixture fixture;
    const std::string scenario =
        write_odd(fixture, {.as = as, .body = "subprocess.Popen(['sleep', '1000'])"});
    fixture.write("odd.toml",
                  read_file(scenario) + "[[fault]]\nkind = \"crash\"\ncomponent = \"odd\"\nat = \"5ms\"\n");
    const Outcome outcome = fixture.replay(scenario, {"--save-models"});
    INFO(outcome.err);
    CHECK(outcome.status == 3);  // what the crashed one has not read waits for ever
    CHECK_THAT(outcome.err, ContainsSubstring("component 'odd' waits for nothing: it ended with status 137"));
    CHECK(messages_in(outcome.err).empty());
    CHECK(none_left_in(fixture.file("")));
  }
}

TEST_CASE("misbehaving: dies between two calls") {
  for (const As as : kBoth) {
    check_failed({.as = as, .when = first_call(as), .body = "say(good(call))\nos._exit(7)"},
                 {"it ended with exit status 7"});
  }
}

TEST_CASE("misbehaving: dies when all is over") {
  for (const As as : kBoth) {
    check_failed(
        {.as = as, .when = "finish", .body = "say('{}')\nsys.stderr.write('out of paper\\n')\nos._exit(7)"},
        {"the call `finish`", "afterwards it ended with exit status 7", "out of paper", "end with status 0"});
    check_failed(
        {.as = as, .when = "none", .more = "def at_end():\n    os.kill(os.getpid(), signal.SIGABRT)"},
        {"the call `finish`", "afterwards it was ended by signal 6 (Aborted)"});
  }
}

TEST_CASE("misbehaving: closes a pipe and goes on") {
  check_every_call({.body = "os.close(1)\nhang()"}, {"it has closed its standard output"});
  // Before it has read all of the calls that follow.
  for (const As as : kBoth) {
    check_failed({.as = as, .when = first_call(as), .body = "os.close(0)\nsay(good(call))\nhang()"},
                 {"it has closed its standard input: it is how dse and a program speak"});
    check_failed({.as = as, .when = "start", .body = "os.close(0)\nsay(good(call))\nhang()"},
                 {"it has closed its standard input: it is how dse and a program speak"});
    // Standard error is its own.
    const ProgramFixture fixture;
    const Outcome outcome =
        fixture.replay(write_odd(fixture, {.as = as, .when = "start", .body = "os.close(2)"}));
    INFO(outcome.err);
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("misbehaving: leaves others behind") {
  const std::string fork =
      "import subprocess\n"
      "for i in range(3):\n"
      "    subprocess.Popen(['sleep', '1000'])\n";
  for (const As as : kBoth) {
    check_failed({.as = as, .when = "start", .body = fork},
                 {"the call `finish`", "it ended and left 3 processes behind, which were ended"});
    // They hold its pipes, so that nothing but its end tells of its end.
    check_failed({.as = as, .when = first_call(as), .body = fork + "os._exit(7)"},
                 {"it ended with exit status 7"});
    check_failed({.as = as, .when = "finish", .body = fork + "os._exit(7)"}, {"it ended with exit status 7"});
    check_failed({.as = as, .when = "finish", .body = fork + "say('{}')\nos._exit(7)"},
                 {"afterwards it ended with exit status 7"});
    check_failed({.as = as, .when = first_call(as), .body = fork + "hang()", .patience = "2s"},
                 {"it has not replied within 2s"});
  }
}

TEST_CASE("misbehaving: one of those that it leaves behind writes on and on") {
  const std::string fork =
      "if os.fork() == 0:\n"
      "    os.dup2(2, 1)\n"
      "    while True:\n"
      "        os.write(2, b'x' * 4000 + b'\\n')\n";
  for (const As as : kBoth) {
    check_failed({.as = as, .when = first_call(as), .body = fork + "os._exit(7)"},
                 {"it ended with exit status 7"});
    check_failed({.as = as, .when = first_call(as), .body = fork + "return 'no JSON'"}, {"which is no JSON"});
    check_failed({.as = as, .when = "finish", .body = fork + "say('{}')\nos._exit(0)"},
                 {"left 1 process behind"});
  }
}

TEST_CASE("misbehaving: does not end") {
  const ProgramFixture fixtures[2];  // they wait side by side
  std::vector<std::unique_ptr<Process>> processes;
  for (const As as : kBoth) {
    const ProgramFixture& fixture = fixtures[processes.size()];
    processes.push_back(std::make_unique<Process>(fixture.replay_command(
        write_odd(fixture, {.as = as, .when = "none", .more = "def at_end():\n    hang()"}))));
  }
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const Outcome outcome = processes[i]->wait();
    INFO(outcome.err);
    CHECK(outcome.status == 3);
    check_message(outcome, {"the call `finish`",
                            "it has not ended 5s after its standard input was closed: end when "
                            "nothing more can be read"});
    check_nothing_left(fixtures[i]);
  }
}

TEST_CASE("misbehaving: the other programs of the run end as well") {
  const ProgramFixture fixture;
  const std::string scenario = write_odd(fixture, {.body = "tell('hangs-not')\nos._exit(7)"});
  fixture.write("patient.py", replaced(read_file(fixture.file("odd.py")), "tell('hangs-not')", "hang()"));
  const std::string patient =
      "kind = \"program\"\nfrom = \"copy\"\nto = [\"out\"]\nservice = \"1s\"\n"
      "command = [\"python3\", \"patient.py\"]\n";
  fixture.write("odd.toml", read_file(scenario) + "[component.a]\n" + patient + "[component.z]\n" + patient +
                                "[[binding]]\nfrom = \"digits\"\nto = \"copy\"\n");
  const Outcome outcome = fixture.replay(scenario);
  INFO(outcome.err);
  CHECK(outcome.status == 3);
  check_message(outcome, {"component 'odd'", "it ended with exit status 7"});
  check_nothing_left(fixture);
}

TEST_CASE("misbehaving: fills its standard error") {
#if defined(DSE_SANITIZE_ADDRESS) || defined(DSE_SANITIZE_THREAD)
  const std::string limit;  // a sanitizer needs all addresses for its shadow memory
#else
  const std::string limit = "ulimit -v 400000\n";
#endif
  const std::pair<As, std::string> megabytes[] = {{As::kProgram, "300"}, {As::kLearner, "20"}};
  for (const auto& [as, count] : megabytes) {
    const std::string flood =
        "block = b'x' * (1 << 20)\nfor i in range(" + count + "):\n    os.write(2, block)\n";
    const ProgramFixture fixture;
    const std::string scenario =
        write_odd(fixture, {.as = as, .when = first_call(as), .body = flood + "os._exit(7)"});
    // All of it goes through, in a memory that could not hold it; the last lines are kept.
    Command command = with_shell_limits("", fixture.replay_command(scenario));
    command.arguments[1] = limit + "{ \"$0\" \"$@\"; echo \"status $?\" >&2; } 2>&1 | tail -n 3 >&2";
    const Outcome outcome = run_process(command);
    INFO(outcome.err.substr(0, 10000));
    CHECK_THAT(outcome.err, ContainsSubstring("status 3"));
    CHECK_THAT(outcome.err, ContainsSubstring("it ended with exit status 7"));
    CHECK(none_left_in(fixture.file("")));
  }
}
