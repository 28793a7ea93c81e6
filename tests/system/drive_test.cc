// dse drive: a scenario that a test in another language drives by lines on standard input.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

using Json = nlohmann::json;

const std::string kScenario = kScenarios + "generator-and-echo.toml";

// The command with this text on its standard input.
Command drive_command(const ProgramFixture& fixture, const std::string& input, const std::string& scenario,
                      const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"drive", scenario};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return with_shell_limits("exec <'" + fixture.write("calls", input) + "'", dse_command(arguments));
}

std::string lines(const std::vector<std::string>& calls) {
  std::string text;
  for (const std::string& call : calls) text += call + "\n";
  return text;
}

// The replies to these calls, the first line of all before them. Checks that all went well.
std::vector<Json> replies_to(const std::vector<std::string>& calls, const std::string& scenario = kScenario,
                             const std::vector<std::string>& more = {}) {
  const ProgramFixture fixture;
  const Outcome outcome = run_process(drive_command(fixture, lines(calls), scenario, more));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  std::vector<Json> replies;
  for (const std::string& line : lines_of(outcome.out)) replies.push_back(Json::parse(line));
  REQUIRE(replies.size() == calls.size() + 1);
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"calls"});
  return replies;
}

// Checks that the call is answered with an error of that kind, and that time stands still.
void check_refused(const std::string& call, const std::string& message, const std::string& kind = "usage") {
  INFO(call);
  const std::vector<Json> replies = replies_to({call, R"({"call":"drain"})"});
  INFO(replies[1].dump());
  CHECK(replies[1].at("kind") == kind);
  CHECK_THAT(replies[1].at("error").get<std::string>(), ContainsSubstring(message));
  CHECK(replies[1].at("now_ns") == 0);
  CHECK(replies[1].size() == 3);
  CHECK_FALSE(replies[2].contains("error"));  // it goes on
}

// A component that is a shell script, which reads `numbers`; written beside a scenario with it
// alone.
std::string scenario_with_program(const ProgramFixture& fixture, const std::string& script) {
  fixture.write("program.sh", script);
  return fixture.write("s.toml",
                       "[component.script]\nkind = \"program\"\ncommand = [\"sh\", \"program.sh\"]\n"
                       "from = \"numbers\"\nto = [\"answers\"]\n");
}

}  // namespace

TEST_CASE("drive: the first line comes unasked") {
  CHECK(replies_to({})[0] ==
        Json::parse(R"({"driver":1,"scenario":"generator-and-echo","seed":1,"now_ns":0})"));
  CHECK(replies_to({}, kScenario, {"--seed", "18446744073709551615"})[0].at("seed") == 18446744073709551615U);
  CHECK(replies_to({}, kScenario, {"--set", "seed=7", "--threads", "1"})[0].at("seed") == 7);
}

TEST_CASE("drive: what is written is delivered and read as the clock moves") {
  const std::string message = R"({"payload":"AAH/","key":"a.b","headers":{"label":7,"half":0.5,)"
                              R"("whole":{"double":1},"name":"é","raw":{"text":"/w=="}},)"
                              R"("correlation_id":"c","content_type":"x/y"})";
  const std::vector<Json> replies = replies_to({
      R"({"call":"write","resource":"mnist","message":)" + message + "}",
      R"({"call":"write","resource":"mnist","message":{"id":"i","app_id":"a","timestamp_ns":5}})",
      R"({"call":"advance","by_ns":0})",
      R"({"call":"read","resource":"mnist"})",
      R"({"call":"advance","to_ns":200000})",
      R"({"call":"read","resource":"mnist"})",
      R"({"call":"metric","name":"echo.received"})",
      R"({"call":"depth","resource":"mnist"})",
      R"({"call":"read","resource":"mnist"})",
      R"({"call":"drain"})",
  });
  CHECK(replies[1] == Json::parse(R"({"now_ns":0})"));
  CHECK(replies[4].at("messages").empty());  // a hop takes 50 us
  CHECK(replies[5] == Json::parse(R"({"now_ns":200000})"));
  const Json messages = replies[6].at("messages");
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].at("id") == "generator-0");
  Json expected = Json::parse(message);
  expected["id"] = "driver-0";
  expected["app_id"] = "driver";
  expected["timestamp_ns"] = 0;
  CHECK(messages[1] == expected);
  CHECK(messages[2] == Json::parse(R"({"id":"i","app_id":"a","timestamp_ns":5})"));
  CHECK(replies[7] == Json::parse(R"({"value":3,"now_ns":200000})"));
  CHECK(replies[8] == Json::parse(R"({"depth":0,"now_ns":200000})"));
  CHECK(replies[9].at("messages").empty());
  CHECK(replies[10].at("now_ns") > 200000);
}

TEST_CASE("drive: metrics, and what was learned") {
  const std::vector<Json> replies = replies_to(
      {R"({"call":"metric","name":"softmax.accuracy"})", R"({"call":"learned_state","component":"softmax"})",
       R"({"call":"drain"})", R"({"call":"metric","name":"softmax.accuracy"})", R"({"call":"metrics"})",
       R"({"call":"learned_state","component":"softmax"})", R"({"call":"learned_state","component":"echo"})"},
      kScenarios + "few-digits.toml");
  CHECK(replies[1].at("value").is_null());
  CHECK(replies[2].at("state").is_string());
  CHECK(replies[4].at("value").is_number());
  CHECK(replies[5].at("metrics").at("softmax.accuracy") == replies[4].at("value"));
  CHECK(replies[6].at("state") != replies[2].at("state"));
  CHECK(replies[7].at("state").is_null());
}

TEST_CASE("drive: a run right away is that of dse replay") {
  for (const std::string name : {"few-digits", "poisson-arrivals"}) {
    INFO(name);
    const ProgramFixture fixture;
    REQUIRE(fixture.replay(kScenarios + name + ".toml").status == 0);
    const Json summary = Json::parse(read_file(fixture.run() + "/summary.json"));
    // A call that is refused, even one that looks at the run, changes nothing.
    const std::vector<Json> replies =
        replies_to({R"({"call":"metric","name":"x"})", R"({"call":"depth","resource":"x"})",
                    R"({"call":"read","resource":"x"})", R"({"call":"learned_state","component":"x"})",
                    R"({"call":"write","resource":"x y","message":{}})", R"({"call":"run"})"},
                   kScenarios + name + ".toml");
    for (std::size_t i = 1; i < 6; ++i) CHECK(replies[i].at("kind") == "usage");
    CHECK(replies[6].at("fingerprints") == summary.at("fingerprint"));
    CHECK(replies[6].at("status") == "completed");
    CHECK_FALSE(replies[6].contains("stall"));
    CHECK(replies[6].at("metrics") == summary.at("metrics"));
    CHECK(replies[6].at("now_ns") == summary.at("virtual_time_ns"));
    CHECK(replies[6].at("expectations").size() == summary.at("expectations").size());
  }
}

TEST_CASE("drive: expectations, as they turned out") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", small_scenario() +
                                  "[[expect]]\nmetric = \"echo.received\"\nmin = 11\n"
                                  "[[expect]]\nmetric = \"echo.received\"\nmin = 10\n");
  const std::vector<Json> replies = replies_to({R"({"call":"run"})"}, scenario);
  CHECK(replies[1].at("expectations") ==
        Json::parse(R"([{"text":"echo.received is 10, expected at least 11","as_planned":false},)"
                    R"({"text":"echo.received is 10, expected at least 10","as_planned":true}])"));
}

TEST_CASE("drive: a stall is told") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", small_scenario() +
                                  "[resource.digits]\nprefetch = 1\n"
                                  "[[fault]]\nkind = \"mute\"\ncomponent = \"echo\"\n");
  const std::vector<Json> replies = replies_to({R"({"call":"run"})"}, scenario);
  CHECK(replies[1].at("status") == "stalled");
  CHECK_THAT(replies[1].at("stall").get<std::string>(), ContainsSubstring("digits"));
}

TEST_CASE("drive: after the run, every call is refused") {
  const std::vector<Json> replies =
      replies_to({R"({"call":"run"})", R"({"call":"run"})", R"({"call":"metrics"})"});
  CHECK(replies[2].at("error") == "'run' after 'run': the run is over, start another simulation");
  CHECK(replies[3].at("kind") == "usage");
  CHECK(replies[3].at("now_ns") == replies[1].at("now_ns"));
}

TEST_CASE("drive: the same calls give the same bytes, on any number of threads") {
  const ProgramFixture fixture;
  const std::string calls = lines(
      {R"({"call":"advance","by_ns":3000000})",
       R"({"call":"write","resource":"mnist","message":{"headers":{"label":"no"}}})",
       R"({"call":"advance","by_ns":3000000})", R"({"call":"read","resource":"predictions"})",
       R"({"call":"learned_state","component":"lenet"})", R"({"call":"metrics"})", R"({"call":"run"})"});
  const auto printed = [&](const std::string& threads) {
    return run_process(drive_command(fixture, calls, kScenarios + "few-digits.toml", {"--threads", threads}))
        .out;
  };
  const std::string first = printed("1");
  CHECK(lines_of(first).size() == 8);
  CHECK(printed("1") == first);
  CHECK(printed("3") == first);
}

TEST_CASE("drive: the ordering of the command line counts, 0 too") {
  const auto events = [](const std::vector<std::string>& options) {
    return replies_to({R"({"call":"run"})"}, kScenarios + "few-digits.toml", options)[1]
        .at("fingerprints")
        .at("events");
  };
  const auto plain = events({});
  CHECK(events({"--ordering", "5"}) != plain);
  CHECK(events({"--ordering", "5"}) == events({"--set", "ordering=5"}));
  CHECK(events({"--set", "ordering=5", "--ordering", "0"}) == plain);
}

TEST_CASE("drive: what is no call is refused, and the simulation goes on") {
  check_refused("", "\"\" is no JSON");
  check_refused("nonsense", "\"nonsense\" is no JSON: expected a call on one line");
  check_refused("{\"call\":\"drain\"} {}", "is no JSON");
  check_refused("\xff", "is no JSON");
  check_refused("7", "a call is 7: expected an object");
  check_refused("{}", "{} has no member \"call\"");
  check_refused(R"({"call":"dance"})", "there is no call \"dance\": expected one of write, advance, drain");
  check_refused(R"({"call":["run"]})", "there is no call [\"run\"]");
  check_refused(std::string(100'000, '[') + std::string(100'000, ']'), "nested more than");
}

TEST_CASE("drive: members that are missing, unknown or wrong are refused") {
  check_refused(R"({"call":"drain","by_ns":1})", "'drain' has the member \"by_ns\": it takes none");
  check_refused(R"({"call":"read","resource":"mnist","n":1})", "the member \"n\": it takes resource");
  check_refused(R"({"call":"read"})", "'read' needs the member \"resource\"");
  check_refused(R"({"call":"read","resource":7})", "the resource of 'read' is 7: expected a text");
  check_refused(R"({"call":"read","resource":"minst"})",
                "nobody writes, binds or streams a resource 'minst'; did you mean 'mnist'");
  check_refused(R"({"call":"depth","resource":"minst"})", "did you mean 'mnist'");
  check_refused(R"({"call":"metric"})", "'metric' needs the member \"name\"");
  check_refused(R"({"call":"metric","name":"echo.x"})", "no component or resource has a metric 'echo.x'");
  check_refused(R"({"call":"learned_state","component":"x"})", "there is no component 'x'");
  check_refused(R"({"call":"advance"})", "one of the members \"by_ns\" and \"to_ns\"");
  check_refused(R"({"call":"advance","by_ns":1,"to_ns":1})", "one of the members \"by_ns\" and \"to_ns\"");
  check_refused(R"({"call":"advance","by_ns":-1})", "the by_ns of 'advance' is -1: expected 0 or more ns");
  check_refused(R"({"call":"advance","by_ns":1.5})", "expected 0 or more ns");
  check_refused(R"({"call":"advance","by_ns":18446744073709551615})", "expected an integer of 64 bits");
  check_refused(R"({"call":"advance","by_ns":9223372036854775807})", "goes no further than");
  check_refused(R"({"call":"advance","to_ns":9223372036854775807})", "goes no further than");
  check_refused(R"({"call":"write","resource":"mnist"})", "'write' needs the member \"message\"");
  check_refused(R"({"call":"write","message":{}})", "'write' needs the member \"resource\"");
  check_refused(R"({"call":"write","resource":"a b","message":{}})", "'a b' is not a name");
  check_refused(R"({"call":"write","resource":"mnist","message":{"payload":"A"}})", "expected base64");
  check_refused(R"({"call":"write","resource":"mnist","message":{"body":""}})", "the member \"body\"");
  check_refused(R"({"call":"write","resource":"mnist","message":{"timestamp_ns":-1}})", "0 or more ns");
}

TEST_CASE("drive: the clock does not go back") {
  const std::vector<Json> replies =
      replies_to({R"({"call":"advance","to_ns":1000})", R"({"call":"advance","to_ns":999})",
                  R"({"call":"advance","by_ns":{"int64":"1"}})"});
  CHECK(replies[2].at("kind") == "usage");
  CHECK(replies[2].at("now_ns") == 1000);
  CHECK(replies[3].at("now_ns") == 1001);
}

TEST_CASE("drive: a call of 64 MiB is read, a longer one refused") {
  const std::string empty = R"({"call":"write","resource":"mnist","message":{"payload":""}})";
  constexpr std::size_t kMost = std::size_t{64} << 20;
  const auto filled = [&](std::size_t size) {
    return replaced(empty, R"("payload":"")",
                    R"("payload":")" + std::string((size - empty.size()) / 4 * 4, 'A') + "\"" +
                        std::string((size - empty.size()) % 4, ' '));
  };
  REQUIRE(filled(kMost).size() == kMost);
  const std::vector<Json> replies =
      replies_to({filled(kMost), filled(kMost + 1), filled(3 * kMost), R"({"call":"drain"})"});
  CHECK(replies[1] == Json::parse(R"({"now_ns":0})"));
  for (const std::size_t i : {2U, 3U}) {
    CHECK(replies[i].at("error") == "a call is longer than 64 MiB");
    CHECK(replies[i].at("kind") == "usage");
  }
  CHECK(replies[4].at("now_ns") > 0);
}

TEST_CASE("drive: a failure ends the simulation, not the process") {
  const ProgramFixture fixture;
  const std::string scenario = scenario_with_program(fixture, "read line; echo nonsense; read line\n");
  const std::string calls =
      lines({R"({"call":"advance","by_ns":1})", R"({"call":"drain"})", R"({"call":"run"})", "nonsense"});
  const Outcome outcome = run_process(drive_command(fixture, calls, scenario));
  CHECK(outcome.status == 0);
  const std::vector<std::string> replies = lines_of(outcome.out);
  REQUIRE(replies.size() == 5);
  CHECK_THAT(replies[1], ContainsSubstring("component 'script'"));
  CHECK_THAT(replies[1], ContainsSubstring(R"("kind":"run","now_ns":0)"));
  CHECK(replies[2] == R"({"error":"'drain' after 'advance' failed: the simulation is over, start another",)"
                      R"("kind":"usage","now_ns":0})");
  CHECK_THAT(replies[3], ContainsSubstring("the simulation is over"));
  CHECK_THAT(replies[4], ContainsSubstring("is no JSON"));
}

TEST_CASE("drive: a wrong scenario or data file is said on standard error, before the first line") {
  const ProgramFixture fixture;
  const auto check = [&](const std::string& scenario, const std::string& message,
                         const std::vector<std::string>& more = {}) {
    const Outcome outcome = run_process(drive_command(fixture, lines({R"({"call":"run"})"}), scenario, more));
    INFO(outcome.err);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, ContainsSubstring(message));
  };
  check(fixture.file("no.toml"), "no.toml");
  check(fixture.write("s.toml", "[component.a]\nkind = \"nothing\"\n"), "s.toml:2:8: component.a.kind");
  check(fixture.write("t.toml", replaced(small_scenario(), "train-images", "no-images")), "no-images");
  check(kScenario, "--set bus.speed", {"--set", "bus.speed=1"});
  fixture.write("images", "no images");
  check(fixture.write("u.toml", replaced(small_scenario(), kSample + "train-images-idx3-ubyte.gz",
                                         fixture.file("images"))),
        "images");
  check("/dev/stdin", "");
  const std::string fifo = fixture.file("fifo");
  REQUIRE(run_process({.program = "/usr/bin/mkfifo", .arguments = {fifo}}).status == 0);
  check(fifo, "can be read once only");
}

TEST_CASE("drive: input that ends within a line is an error, whatever is on it") {
  const ProgramFixture fixture;
  for (const std::string end : {"{\"call\":\"drain\"}", "{", " "}) {
    INFO(end);
    const Outcome outcome = run_process(drive_command(fixture, "{\"call\":\"drain\"}\n" + end, kScenario));
    CHECK(outcome.status == 2);
    CHECK(lines_of(outcome.out).size() == 2);
    CHECK(outcome.err == "dse: standard input: ends within a call: each ends with a line feed\n");
  }
}

TEST_CASE("drive: standard output that takes nothing, and standard input that gives nothing") {
  const ProgramFixture fixture;
  const Command command = drive_command(fixture, lines({R"({"call":"drain"})"}), kScenario);
  const Outcome full = run_process(with_shell_limits("exec >/dev/full", command));
  CHECK(full.status == 3);
  CHECK(full.err == "dse: cannot write to standard output: No space left on device\n");
  const Outcome closed = run_process(with_shell_limits("exec >&-", command));
  CHECK(closed.status == 3);
  CHECK_THAT(closed.err, ContainsSubstring("dse: cannot write to standard output: "));
  const std::string fifo = "'" + fixture.file("fifo") + "'";
  const Outcome gone =
      run_process(with_shell_limits("mkfifo " + fifo + "; exec 3<>" + fifo + " >" + fifo + " 3>&-", command));
  CHECK(gone.status == 3);
  CHECK(gone.err == "dse: cannot write to standard output: Broken pipe\n");
  const Outcome no_input = run_process(with_shell_limits("exec <&-", dse_command({"drive", kScenario})));
  CHECK(no_input.status == 3);
  CHECK_THAT(no_input.err, ContainsSubstring("dse: cannot read standard input: "));
}

TEST_CASE("drive: a signal ends it while it waits for a call, and while it works on one") {
  const ProgramFixture fixture;
  const std::string endless =
      fixture.write("s.toml", replaced(small_scenario(), "limit = 10\n", "") +
                                  "[component.again]\nkind = \"program\"\ncommand = [\"sh\", \"again.sh\"]\n"
                                  "to = [\"ticks\"]\n");
  // Writes for ever; its first line on standard error says that the drain goes on.
  fixture.write("again.sh",
                "read line; echo '{\"steps\":[[\"after\",1]]}'; echo begun >&2\n"
                "while read line; do echo '{\"steps\":[[\"after\",1]]}'; done\n");
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string fifo = fixture.file("fifo" + std::to_string(signal));
    REQUIRE(run_process({.program = "/usr/bin/mkfifo", .arguments = {fifo}}).status == 0);
    Process waiting(with_shell_limits("exec 3<>'" + fifo + "' <'" + fifo + "'; echo ready >&2",
                                      dse_command({"drive", kScenario})));
    waiting.send_when(signal, [&] { return waiting.out_so_far().ends_with("\n"); });
    CHECK(waiting.wait().status == 130);

    Process working(drive_command(fixture, lines({R"({"call":"drain"})", R"({"call":"run"})"}), endless));
    working.send_when(signal, [&] { return !working.err_so_far().empty(); });
    const Outcome outcome = working.wait();
    CHECK(outcome.status == 130);
    CHECK(lines_of(outcome.out).size() == 1);
  }
}

TEST_CASE("drive: a signal ends it while nobody reads a long reply") {
  const ProgramFixture fixture;
  const std::string fifo = fixture.file("fifo");
  REQUIRE(run_process({.program = "/usr/bin/mkfifo", .arguments = {fifo}}).status == 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  const std::string calls = lines({R"({"call":"drain"})", R"({"call":"read","resource":"mnist"})"});
  Process process(with_shell_limits("exec >'" + fifo + "'",
                                    drive_command(fixture, calls, kScenarios + "sample-four-models.toml")));
  process.send_when(SIGINT, [&] {
    int bytes = 0;
    return ioctl(reader, FIONREAD, &bytes) == 0 && bytes > 50'000;  // a pipe holds 65,536
  });
  CHECK(process.wait().status == 130);
  close(reader);
}
