// Messages as lines of JSON: captures that become lines and captures again, and captures made by hand.
#include <filesystem>
#include <tuple>

#include "live_run.h"
#include "small_disk.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// Three messages for the imports of the scenario: one that the model learns from, and two of which it is to
// say what they show. An image is 784 bytes.
std::string three_messages() {
  const std::string image = "\"text\":\"" + std::string(784, 'x') + "\"";
  return R"({"time":"1ms","import":"door","id":"a","key":"7","headers":{"label":7},)" + image + "}\n" +
         R"({"time":2000000,"import":"import-digits","id":"b",)" + image + "}\n" +
         R"({"time":"5s","import":"door","id":"c","headers":{"n":{"decimal":"1.50"}},)" + image + "}\n";
}

struct Made {
  LiveRun live;
  std::string lines = live.fixture.write("messages.jsonl", three_messages());
  std::string capture = live.fixture.file("made");

  Made() {
    const Outcome outcome = capture_command({"make", lines, "-o", capture});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    CHECK(outcome.out == capture + ": 3 messages\n");
    CHECK(outcome.err.empty());
  }
  Outcome replay(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--capture", capture});
    return live.fixture.replay(live.scenario, more);
  }
  Json metrics() const { return live.summary(live.fixture.run())["metrics"]; }
};

}  // namespace

TEST_CASE("messages: a capture becomes lines, and the lines the same capture, which replays the same") {
  const LiveRun live;
  const std::string lines = live.fixture.file("lines");
  const std::string again = live.fixture.file("again");
  const Outcome cat = capture_command({"cat", live.capture, "--json", "-o", lines});
  INFO(cat.err);
  REQUIRE(cat.status == 0);
  CHECK(cat.out.empty());
  CHECK(capture_command({"cat", live.capture, "--json"}).out == read_file(lines));
  CHECK(lines_of(read_file(lines)).size() == 42);
  REQUIRE(capture_command({"make", lines, "-o", again}).status == 0);
  CHECK(read_file(again) == read_file(live.capture));
  REQUIRE(live.fixture.replay(live.scenario, {"--capture", again}).status == 0);
  CHECK(live.replayed_fingerprints() == live.fingerprints);
}

TEST_CASE("messages: a capture that was cut off becomes one that was cut off") {
  const LiveRun live;
  live.cut(0.5);
  const std::string lines = live.fixture.file("lines");
  const std::string again = live.fixture.file("again");
  CHECK_THAT(capture_command({"cat", live.capture, "--json", "-o", lines}).err,
             ContainsSubstring("capture was cut off at byte "));
  const Outcome made = capture_command({"make", lines, "-o", again});
  CHECK(made.status == 0);
  CHECK(made.err ==
        "warning: " + lines + " does not say when its run ended: the capture is one that was cut off\n");
  CHECK(read_file(live.capture).starts_with(read_file(again)));
  CHECK_THAT(live.fixture.replay(live.scenario, {"--capture", again}).err,
             ContainsSubstring("was cut off at byte"));
}

TEST_CASE("messages: a capture made by hand is replayed until nothing is left to do") {
  const Made made;
  const Outcome outcome = made.replay();
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(made.metrics()["door.imported"] == 2);
  CHECK(made.metrics()["import-digits.imported"] == 1);
  CHECK(made.metrics()["watch.received"] == 22);  // answers to the camera's 20 images and two of ours
  CHECK(made.live.summary(made.live.fixture.run())["seed"] == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("5.0"));
  CHECK(made.replay({"--until", "1s", "--seed", "9"}).status == 0);
  CHECK(made.metrics()["door.imported"] == 1);
  CHECK(made.live.summary(made.live.fixture.run())["seed"] == 9);
  CHECK(made.replay({"--set", "until=\"3ms\""}).status == 0);
  CHECK(made.metrics()["door.imported"] == 1);
  // The scenario may change, as long as it has the imports.
  CHECK(made.replay({"--set", "component.trainer.limit=3"}).status == 0);
  const Outcome info = capture_command({"info", made.capture});
  CHECK_THAT(info.out, ContainsSubstring("scenario  any that has these imports\n"));
  CHECK_THAT(info.out, ContainsSubstring("whole     the run goes on after its last message\n"));
}

TEST_CASE("messages: runs of a capture made by hand are compared") {
  const Made made;
  REQUIRE(made.replay({"--record"}).status == 0);
  const std::string recorded = made.live.fixture.file("recorded");
  std::filesystem::rename(made.live.fixture.run(), recorded);
  REQUIRE(made.replay().status == 0);
  const Outcome same = run_process(dse_command({"diff", recorded, made.live.fixture.run()}));
  INFO(same.err);
  CHECK(same.status == 0);
  CHECK_THAT(same.out, Catch::Matchers::StartsWith("the same: "));
  CHECK(
      run_process(dse_command({"replay", made.live.scenario, "--capture", made.capture, "--twice"})).status ==
      0);
}

TEST_CASE("messages: lines that are wrong are refused with file and line, and leave nothing") {
  const std::pair<std::string, std::string> cases[] = {
      {"{\"time\":1,\"import\":\"door\"}\n{\"time\":1\n", "bad.jsonl:2:10: has no end of its object"},
      {"{\"time\":1,\"import\":\"door\",\"paylod\":1}\n",
       "bad.jsonl:1: has the member \"paylod\", which no message has"},
      {"{\"time\":1,\"import\":\"door\",\"text\":\"\",\"json\":1}\n", "bad.jsonl:1: has two payloads"},
      {"{\"time\":1,\"import\":\"door\",\"base64\":\"%\"}\n",
       "bad.jsonl:1: base64 is \"%\": expected base64"},
      {"{\"time\":2,\"import\":\"door\"}\n{\"time\":1,\"import\":\"door\"}\n",
       "bad.jsonl:2: the time of a message is 1ns, before"},
      {"{\"time\":1,\"import\":\"door\",\"headers\":{\"a\":{\"x\":1}}}\n",
       "bad.jsonl:1: the header \"a\" has the tag \"x\""},
      {std::string("{\"time\":1,\0}\n", 13), "bad.jsonl:1:11: a zero byte"},
      {"{\"id\":\"\xff\"}\n", "bad.jsonl:1:8: a byte that is not UTF-8"},
      {"{\"time\":1e30}\n", "bad.jsonl:1: the time of a message is 1e+30"},
      {"{\"time\":1000000000000000000000000000000}\n",
       "bad.jsonl:1: has the integer \"1000000000000000000000000000000\""},
      {"{\"time\":\"1 day\"}\n", "bad.jsonl:1: the time of a message is \"1 day\""},
      {"{\"time\":1}\n", "bad.jsonl:1: has no `import`"},
      {"", "bad.jsonl: is empty"},
      {"\xef\xbb\xbf\r\n", "bad.jsonl: holds no message"},
      {"[]\n", "bad.jsonl:1: begins a list"},
  };
  for (const auto& [bytes, said] : cases) {
    const ProgramFixture fixture;
    const std::string lines = fixture.write("bad.jsonl", bytes);
    const Outcome outcome = capture_command({"make", lines, "-o", fixture.file("made")});
    CAPTURE(bytes, outcome.err);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, ContainsSubstring(said));
    CHECK(lines_of(outcome.err).size() == 1);
    CHECK(names_in(fixture.file("")) == std::vector<std::string>{"bad.jsonl"});
  }
}

TEST_CASE("messages: an import that the scenario does not have is refused at the replay") {
  const Made made;
  const Outcome outcome = made.replay({"--set", "gateway.import.1.name=dor"});
  CAPTURE(outcome.err);
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err,
             ContainsSubstring("made: has a message for the import 'door', which is not in the scenario"));
}

TEST_CASE("messages: nothing is overwritten, and what cannot be written is said") {
  const Made made;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"make", made.lines, "-o", made.lines}, {"cat", made.capture, "--json", "-o", made.lines}}) {
    const Outcome outcome = capture_command(arguments);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring("exists, and nothing is overwritten"));
  }
  const std::string nowhere = made.live.fixture.file("no/where");
  const Outcome cat = capture_command({"cat", made.capture, "--json", "-o", nowhere});
  CHECK(cat.status == 3);
  CHECK_THAT(cat.err, ContainsSubstring("cannot write '" + nowhere + "': No such file or directory"));
  const Outcome make = capture_command({"make", made.lines, "-o", nowhere});
  CHECK(make.status == 3);
  CHECK_THAT(make.err, ContainsSubstring("No such file or directory"));
  CHECK(capture_command({"make", made.lines}).status == 2);
}

TEST_CASE("messages: a source sends what a capture held") {
  const LiveRun live;
  const std::string lines = live.fixture.file("lines.jsonl");
  REQUIRE(capture_command({"cat", live.capture, "--json", "-o", lines}).status == 0);
  const std::string scenario =
      live.fixture.write("log.toml",
                         "[component.log]\nkind = \"message-source\"\nfile = \"lines.jsonl\"\n"
                         "to = \"log\"\n[component.reader]\nkind = \"watch\"\nfrom = \"log\"\n");
  const Outcome outcome = live.fixture.replay(scenario);
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  const std::string summary = read_file(live.fixture.run() + "/summary.json");
  CHECK_THAT(summary, ContainsSubstring("\"log.sent\": 40,"));
  CHECK_THAT(summary, ContainsSubstring("\"reader.received\": 40,"));
}

TEST_CASE("messages: what is wrong with a source's file is said before the run, where it is named") {
  const std::tuple<std::string, std::string, std::string> cases[] = {
      {"{\"time\":1}\n{\"tim\":2}\n", "", "log.toml:3:8: component.log.file: "},
      {"{\"time\":1}\n{\"tim\":2}\n", "",
       "m.jsonl:2: has the member \"tim\", which no message has; did you mean 'time'?"},
      {"{\"time\":2}\n{\"time\":1}\n", "",
       "m.jsonl:2: the time of a message is 1ns, before that of an earlier line"},
      {"{\"key\":\"a\"}\n", "", "m.jsonl:1: has no `time` at which the message is sent"},
      {"{\"time\":1}\n", "rate = \"1/s\"\ntime_scale = [1, 2]\n",
       "component.log.time_scale: has nothing to multiply"},
      {"{\"time\":1}\n", "time_scale = [1, 0]\n", "component.log.time_scale: [1, 0] is not a ratio"},
      {"{\"time\":1}\n", "time_origin = \"last\"\n", "component.log.time_origin"},
      {"", "", "m.jsonl: is empty"},
  };
  for (const auto& [lines, more, said] : cases) {
    const ProgramFixture fixture;
    fixture.write("m.jsonl", lines);
    const std::string scenario = fixture.write(
        "log.toml", "[component.log]\nkind = \"message-source\"\nfile = \"m.jsonl\"\nto = \"log\"\n" + more);
    for (const char* command : {"check", "replay"}) {
      const Outcome outcome = run_process(dse_command({command, scenario}));
      CAPTURE(lines, more, outcome.err);
      CHECK(outcome.status == 2);
      CHECK_THAT(outcome.err, ContainsSubstring(said));
    }
  }
}
