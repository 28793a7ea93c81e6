// dse diff and dse replay --twice: the first event that differs is found, named, and explained.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "compared_runs.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

const std::string kSampleScenario = kScenarios + "sample-four-models.toml";
const std::string kSmall = kScenarios + "generator-and-echo.toml";

// Changes a key of the run's summary.
void edit_summary(const std::string& run, const std::string& key, const nlohmann::ordered_json& value) {
  auto json = nlohmann::ordered_json::parse(read_file(run + "/summary.json"));
  json[key] = value;
  const ProgramFixture elsewhere;
  const std::string written = elsewhere.write("summary.json", json.dump(2));
  fs::copy_file(written, run + "/summary.json", fs::copy_options::overwrite_existing);
}

// A generator whose hundreds of digits go through the planted `unordered`.
std::string unordered_scenario(const ProgramFixture& fixture) {
  return fixture.write(
      "unordered.toml",
      replaced(replaced(small_scenario(), "limit = 10\n", "limit = 1000\n"),
               "kind = \"echo\"\nfrom = \"digits\"", "kind = \"echo\"\nfrom = \"forwarded\"") +
          "[component.unordered]\nkind = \"unordered\"\nfrom = \"digits\"\n");
}

Command planted(std::vector<std::string> arguments) {
  Command command = dse_command(std::move(arguments));
  command.program = DSE_PLANTED_BINARY;
  return command;
}

}  // namespace

TEST_CASE("diff: two recorded runs that are the same") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  const std::string b = run_of(fixture, kSmall, "b", {"--record", "--threads", "3"});
  const Outcome outcome = diff(a, b);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "the same: 46 events\n");
  CHECK(outcome.err == "");
}

TEST_CASE("diff: what a broker makes of a message that dies is compared as well") {
  const ProgramFixture fixture;
  const std::string scenario = kScenarios + "message-ttl.toml";
  const std::string a = run_of(fixture, scenario, "a", {"--record"});
  const std::string b =
      run_of(fixture, scenario, "b", {"--record", "--set", "resource.work.dead_letter.key=\"other\""});
  const Outcome outcome = diff(a, b);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("(key 'work.dead', headers {\"label\":"));
  CHECK_THAT(outcome.out, ContainsSubstring("(key 'other', headers {\"label\":"));
  CHECK_THAT(outcome.out, ContainsSubstring("\"x-death\":"));
}

TEST_CASE("diff: the first event that differs, its causes, the queues and the models, on both sides") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSampleScenario, "a", {"--record"});
  const std::string b = run_of(fixture, kSampleScenario, "b", {"--record", "--ordering", "1"});
  const Outcome outcome = diff(a, b);
  CHECK(outcome.status == 1);
  CHECK(outcome.err == "");
  CHECK_THAT(outcome.out, ContainsSubstring(":\n  ordering: 0 in A, 1 in B\n\n"));
  const std::size_t middle = outcome.out.find("\nB: " + b + "\n");
  REQUIRE(middle != std::string::npos);
  CHECK_THAT(outcome.out, ContainsSubstring("\n\nthe first event that differs is #35\n\nA: " + a +
                                            "\n  #35 at 100us: mlp delivered on mlp, message "
                                            "trainer-0 (key '6', headers {\"label\":6}, payload "
                                            "db0f09f63db44d87)\n"));
  for (const std::string& side : {outcome.out.substr(0, middle), outcome.out.substr(middle)}) {
    INFO(side);
    CHECK_THAT(side, ContainsSubstring("  #35 at 100us: "));
    CHECK_THAT(side, ContainsSubstring("  caused by\n    #3"));
    CHECK_THAT(side, ContainsSubstring(" at 50us: "));
    CHECK_THAT(side, ContainsSubstring(" at 0s: "));
    CHECK_THAT(side, ContainsSubstring("  queues before it\n    "));
    CHECK_THAT(side, ContainsSubstring("lenet: 2 messages: trainer-0 (with lenet), camera-b-0\n"));
    CHECK_THAT(side, ContainsSubstring("  models, as last noted\n    lenet: "));
    CHECK_THAT(side, ContainsSubstring(" after 0 messages, at 0s\n"));
  }
}

TEST_CASE("diff: a run that has no record is replayed again, as it was") {
  const ProgramFixture fixture;
  const std::vector<std::string> options = {"--seed",  "5",    "--ordering", "3",
                                            "--until", "30ms", "--set",      "component.lenet.batch=4"};
  std::vector<std::string> recorded_options = options;
  recorded_options.push_back("--record");
  const std::string a = run_of(fixture, kSampleScenario, "a", options);
  const std::string b = run_of(fixture, kSampleScenario, "b", recorded_options);
  const Outcome outcome = diff(a, b);
  INFO(outcome.out);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Catch::Matchers::StartsWith("the same: "));
  CHECK(outcome.err == a + " has no record of its events; replaying it\n");
  CHECK_FALSE(fs::exists(a + "/events.sqlite"));  // it is left as it was
}

TEST_CASE("diff: a replay that does not give what the summary says is told") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {});
  auto fingerprint = nlohmann::ordered_json::parse(read_file(a + "/summary.json"))["fingerprint"];
  fingerprint["draws"] = "0123456789abcdef";
  edit_summary(a, "fingerprint", fingerprint);
  const Outcome outcome = diff(a, run_of(fixture, kSmall, "b", {"--record"}));
  CHECK_THAT(outcome.err,
             ContainsSubstring("warning: this replay gave other fingerprints than the summary of " + a));
}

TEST_CASE("diff: one run is longer than the other") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record", "--until", "5ms", "--set", "expect=[]"});
  const std::string b = run_of(fixture, kSmall, "b", {"--record", "--set", "expect=[]"});
  const Outcome outcome = diff(a, b);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("A: " + a + "\n  ended before: it has "));
}

TEST_CASE("diff: a run of another version is compared by its record, and cannot be repeated") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  const std::string old = run_of(fixture, kSmall, "old", {"--record"});
  edit_summary(old, "version", "0.0.1");
  // The existing record says otherwise.
  check_refused(old, old, {old + "/events.sqlite: is not the record of this run: its version is"});
  fs::remove(old + "/events.sqlite");
  const Outcome outcome = diff(a, old);
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.out, ContainsSubstring("\n  version of dse: "));
  CHECK_THAT(outcome.err, ContainsSubstring(", with version 0.0.1 that wrote it; this is version "));
}

TEST_CASE("diff: what is no run directory is refused") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  check_refused(
      a, fixture.file("nowhere"),
      {fixture.file("nowhere/summary.json"), "expected a run directory, such as dse replay leaves"});
  check_refused(a, kSmall, {kSmall + "/summary.json", "expected a run directory"});
  fixture.write("torn/summary.json", "{\"scenario\": ");
  check_refused(a, fixture.file("torn"), {fixture.file("torn/summary.json"), "is damaged"});
  fixture.write("empty/summary.json", "{}");
  check_refused(a, fixture.file("empty"),
                {fixture.file("empty/summary.json"), "is not the summary of a run", "scenario"});
  fixture.write("list/summary.json", "[1, 2]");
  check_refused(a, fixture.file("list"), {"is not the summary of a run"});
}

TEST_CASE("diff: a run that cannot be replayed again is refused") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  const std::string again = "has no record of its events: replay it again with --record";

  const std::string scenario = fixture.write("s.toml", small_scenario());
  const std::string changed = run_of(fixture, scenario, "changed", {});
  const std::string moved = run_of(fixture, scenario, "moved", {});
  const std::string recorded = run_of(fixture, scenario, "recorded", {"--record"});
  fixture.write("s.toml", "seed = 1\n" + small_scenario());
  check_refused(recorded, changed, {changed + ": ", again, "s.toml was changed since"});
  fs::remove(scenario);
  check_refused(recorded, moved,
                {moved + ": ", again, "its scenario s.toml is not at '" + scenario + "' any more"});
  fs::remove(moved + "/timing.json");
  check_refused(recorded, moved, {again, "timing.json does not say where its scenario s.toml was"});
  for (const std::string text : {"[]", "{\"scenario_path\": 5}", "3"}) {
    fs::copy_file(fixture.write("text", text), moved + "/timing.json", fs::copy_options::overwrite_existing);
    check_refused(recorded, moved, {"timing.json does not say"});
  }

  const std::string interrupted = run_of(fixture, kSmall, "interrupted", {});
  edit_summary(interrupted, "status", "interrupted");
  check_refused(a, interrupted, {interrupted + ": was interrupted, and " + again});

  const std::string old_a = run_of(fixture, kSmall, "old-a", {});
  const std::string old_b = run_of(fixture, kSmall, "old-b", {});
  edit_summary(old_a, "version", "0.0.1");
  edit_summary(old_b, "version", "0.0.1");
  check_refused(old_a, old_b, {old_a + ": ", again, "with version 0.0.1 that wrote it"});
}

TEST_CASE("twice: a scenario that is the same twice, also with an ordering of its own") {
  const ProgramFixture fixture;
  for (const std::string ordering : {"0", "9"}) {
    const Outcome outcome = run_process(dse_command({"replay", kSmall, "--twice", "--ordering", ordering}));
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "the same twice: 46 events\n");
    CHECK(outcome.err == "");
  }
  CHECK(run_process(dse_command({"replay", kSmall, "--twice", "--quiet"})).out == "");
  // It leaves no run directory, so the option for its place is refused.
  CHECK_THAT(fixture.replay(kSmall, {"--twice"}).err, ContainsSubstring("excludes"));
  CHECK(fixture.runs() == std::vector<std::string>());
}

TEST_CASE("twice: hidden nondeterminism is found, and the component named") {
  const ProgramFixture fixture;
  const std::string scenario = unordered_scenario(fixture);
  const Outcome outcome = run_process(planted({"replay", scenario, "--twice"}));
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 1);
  const std::vector<std::string> lines = lines_of(outcome.out);
  REQUIRE(lines.size() > 5);
  CHECK_THAT(lines[0], Catch::Matchers::StartsWith("the first event that differs is #"));
  CHECK(lines[2] == "the first time");
  CHECK_THAT(lines[3], ContainsSubstring(": unordered published on forwarded, message unordered-"));
  CHECK_THAT(lines[3], ContainsSubstring(", answers generator-"));
  CHECK(lines[4] == "  caused by");
  CHECK_THAT(lines[5], ContainsSubstring(": unordered delivered on digits, message generator-"));
  CHECK_THAT(outcome.out, ContainsSubstring("earlier ones: generator timer\n"));
  CHECK_THAT(outcome.out, ContainsSubstring(": generator started\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("\nthe second time\n"));
}

TEST_CASE("twice: diff finds the same in two runs") {
  const ProgramFixture fixture;
  const std::string scenario = unordered_scenario(fixture);
  for (const std::string run : {"a", "b"})
    CHECK(run_process(planted({"replay", scenario, "--record", "--out", fixture.file(run)})).status == 0);
  const Outcome outcome = run_process(planted({"diff", fixture.file("a"), fixture.file("b")}));
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring(": unordered published on forwarded, message unordered-"));
}

TEST_CASE("twice: no folder for temporary files") {
  const ProgramFixture fixture;
  Command command = dse_command({"replay", kSmall, "--twice"});
  command.environment = {{"TMPDIR", fixture.file("nowhere")}};
  const Outcome outcome = run_process(command);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("set TMPDIR to a folder that may be written"));
}
