// The keys of a component's life: each scenario that shows one fails without it, and what is wrong is
// refused.
#include <map>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// The scenario, with its data named by full path.
std::string scenario(const std::string& name) {
  std::string text = read_file(kScenarios + name + ".toml");
  const std::string data = "\"../data/sample/";
  while (text.find(data) != std::string::npos) text = replaced(text, data, "\"" + kSample);
  return text;
}

// The fingerprints of each component, as they are written.
std::map<std::string, std::string> fingerprints_of(const ProgramFixture& fixture) {
  std::map<std::string, std::string> rows;
  for (const std::string& line : lines_of(read_file(fixture.run() + "/fingerprints.csv"))) {
    const std::size_t comma = line.find(',');
    rows.emplace(line.substr(0, comma), line.substr(comma));
  }
  return rows;
}

std::map<std::string, std::string> fingerprints_of(const std::string& text,
                                                   std::vector<std::string> more = {}) {
  const ProgramFixture fixture;
  more.emplace_back("--by-component");
  const Outcome outcome = fixture.replay(fixture.write("s.toml", text), more);
  INFO(outcome.out + outcome.err);
  REQUIRE(outcome.status != 2);
  return fingerprints_of(fixture);
}

// A row's draws: the fourth field, of a row without its first.
std::string draws_of(const std::string& row) {
  std::size_t at = 0;
  for (int commas = 0; commas < 2; ++commas) at = row.find(',', at + 1);
  return row.substr(at + 1, row.find(',', at + 1) - at - 1);
}

struct Shown {
  const char* name;
  const char* line;    // what makes the scenario what it is
  const char* failed;  // what the run says without it
};

}  // namespace

TEST_CASE("life cycle: each scenario fails without its key") {
  for (const Shown& shown : std::vector<Shown>{
           {"stop", "stop = \"300ms\"\n", "FAILED it leaves: "},
           {"restart", "restart = { after = \"100ms\", times = 2 }\n", "stalled: "},
           {"checkpoint", "checkpoint = \"250ms\"\n", "FAILED remembers.forgotten is "},
           {"replicas", "count = 4\n", "unknown metric 'worker-4.received'"},
       }) {
    INFO(shown.name);
    const ProgramFixture fixture;
    std::string text = scenario(shown.name);
    const Outcome with = fixture.replay(fixture.write("s.toml", text));
    INFO(with.out + with.err);
    CHECK(with.status == 0);
    text = replaced(text, shown.line, "");
    // What only a component that is restarted has.
    if (shown.name == std::string("restart"))
      text = replaced(text, "[[expect]]\nmetric = \"worker.restarts\"\nequals = 2\n", "");
    if (shown.name == std::string("restart")) text = replaced(text, "status = \"completed\"", "lost = 0");
    const Outcome without = fixture.replay(fixture.write("s.toml", text));
    INFO(without.out + without.err);
    CHECK(without.status != 0);
    CHECK_THAT(without.out + without.err, ContainsSubstring(shown.failed));
  }
}

TEST_CASE("life cycle: one worker is too few, and four are enough") {
  const ProgramFixture fixture;
  std::string text =
      replaced(scenario("replicas"), "worker-4.received\"\nequals = 500", "worker-1.received\"\nmin = 1");
  const std::string path = fixture.write("s.toml", text);
  CHECK(fixture.replay(path).status == 0);
  const Outcome outcome = fixture.replay(path, {"--set", "component.worker.count=1"});
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out + outcome.err, ContainsSubstring("FAILED nobody waits: digits.max_depth is "));
}

TEST_CASE("life cycle: models come and go, and the rest does the same as without them") {
  const std::string text = scenario("disposable-models");
  std::map<std::string, std::string> with = fingerprints_of(text);
  std::string alone = text.substr(0, text.find("[component.softmax]"));
  for (const char* queue : {"\"lenet\", ", "\"mlp\", ", "\"softmax\", ", ", \"quadratic\""})
    alone = replaced(alone, queue, "");
  const std::map<std::string, std::string> without = fingerprints_of(alone);
  REQUIRE(without.size() == 5);  // and the header
  for (const auto& [name, row] : without) {
    INFO(name);
    CHECK(with.at(name) == row);
  }
}

TEST_CASE("life cycle: one replica more draws nothing that is others', and changes only who shares with it") {
  const std::string text = scenario("disposable-models");
  const auto two = fingerprints_of(text);
  const auto three = fingerprints_of(text, {"--set", "component.quadratic.count=3"});
  CHECK(three.size() == two.size() + 1);
  for (const auto& [name, row] : two) {
    INFO(name);
    CHECK(draws_of(three.at(name)) == draws_of(row));
    const bool shares = name.starts_with("quadratic");
    CHECK((three.at(name) == row) == !shares);
  }
}

TEST_CASE("life cycle: check says how long a component lives, and refuses what nothing can show") {
  const ProgramFixture fixture;
  const Outcome outcome = run_process(dse_command({"check", kScenarios + "disposable-models.toml"}));
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("    mlp        model from 100ms until 400ms\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("    quadratic  model (2 replicas) restarts after 30ms"));
  std::string text = small_scenario() + "[[fault]]\nkind = \"lose\"\ncomponent = \"generator\"\n";
  text = replaced(text, "kind = \"echo\"\n", "kind = \"echo\"\nrestart = { after = \"1ms\" }\n");
  fixture.check_refused(fixture.write("s.toml", text),
                        {"component.echo.restart: nothing crashes 'echo': expected a [[fault]] with kind = "
                         "\"crash\" and its name, or no `restart`"});
  fixture.check_refused(kScenarios + "replicas.toml",
                        {"--set component.worker.count", "component.worker.count"},
                        {"--set", "component.worker.count=0"});
}

TEST_CASE("life cycle: a component that keeps lines goes on with its file") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kScenarios + "restart.toml").status == 0);
  const std::vector<std::string> lines = lines_of(read_file(fixture.run() + "/worker.csv"));
  CHECK(lines.size() == 1003);
  CHECK(std::count(lines.begin(), lines.end(), lines.front()) == 1);  // one header
}

namespace {

// It counts what it is told, and says so at the end.
constexpr const char* kCountingProgram = R"(import base64, json, sys

known = 0
for line in sys.stdin:
    call = json.loads(line)
    reply = {}
    if call["call"] == "start":
        reply = {"steps": [["stream"]]}
    if call["call"] == "deliver":
        known += 1
        reply = {"steps": [["metric", "known", known]]}
    if call["call"] == "load":
        known = int(base64.b64decode(call["state"]))
    if call["call"] == "save" and SAVES:
        reply = {"state": base64.b64encode(str(known).encode()).decode()}
    print(json.dumps(reply), flush=True)
)";

// Ten digits, one each millisecond, for a program that crashes at 5.5 ms and comes back a millisecond later.
std::string counting_scenario(const ProgramFixture& fixture, const std::string& keys, bool saves = true) {
  fixture.write("count.py", replaced(kCountingProgram, "SAVES", saves ? "True" : "False"));
  std::string text = replaced(small_scenario(), "[component.echo]\nkind = \"echo\"\nfrom = \"digits\"\n", "");
  text +=
      "[[binding]]\nfrom = \"digits\"\nto = \"work\"\n"
      "[component.counter]\nkind = \"program\"\ncommand = [\"python3\", \"count.py\"]\nfrom = \"work\"\n"
      "service = \"10us\"\nmetrics = [\"known\"]\nrestart = { after = \"1ms\" }\n" +
      keys +
      "[[fault]]\nkind = \"crash\"\ncomponent = \"counter\"\nat = \"5500us\"\n"
      "[[expect]]\nresource = \"work\"\ndelivered = \"exactly-once\"\nlost = 0\n";
  return fixture.write("s.toml", text);
}

// These metrics of a component, as its last run has measured them.
std::vector<int> metrics_of(const ProgramFixture& fixture, const std::string& component,
                            const std::vector<std::string>& names) {
  const auto metrics = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["metrics"];
  std::vector<int> values;
  for (const std::string& name : names) values.push_back(metrics.at(component + "." + name).get<int>());
  return values;
}

}  // namespace

TEST_CASE("life cycle: a program in another language goes on from what it has saved") {
  const ProgramFixture fixture;
  Outcome outcome = fixture.replay(counting_scenario(fixture, ""));
  INFO(outcome.out + outcome.err);
  CHECK(outcome.status == 0);
  // It was told of the messages of 0 to 5 ms, and forgot them.
  CHECK(metrics_of(fixture, "counter", {"received", "known", "restarts", "forgotten"}) ==
        std::vector<int>{10, 4, 1, 6});
  std::filesystem::remove_all(fixture.run());
  outcome = fixture.replay(counting_scenario(fixture, "checkpoint = \"2200us\"\n"));
  INFO(outcome.out + outcome.err);
  CHECK(outcome.status == 0);
  CHECK(metrics_of(fixture, "counter", {"received", "known", "restarts", "forgotten"}) ==
        std::vector<int>{10, 9, 1, 1});
}

TEST_CASE("life cycle: a program that saves nothing cannot have checkpoints, and is named") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(counting_scenario(fixture, "checkpoint = \"2200us\"\n", false));
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err,
             ContainsSubstring("component 'counter' gives nothing for its checkpoint: a program must "
                               "reply to `save` with {\"state\": ...}"));
}

TEST_CASE("life cycle: a batch that a checkpoint holds may be learned after later ones were forgotten") {
  const ProgramFixture fixture;
  // The checkpoint holds the fifth and sixth digit; the batch that they begin is learned and forgotten, and
  // nothing comes after the restart.
  std::string text = replaced(small_scenario(), "[component.echo]\nkind = \"echo\"\nfrom = \"digits\"\n", "");
  text +=
      "[metrics]\nevery = \"1ms\"\n"
      "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"digits\"\nto = "
      "\"answers\"\nbatch = 4\n"
      "restart = { after = \"1ms\" }\ncheckpoint = \"5500us\"\n"
      "[[fault]]\nkind = \"crash\"\ncomponent = \"model\"\nat = \"9500us\"\n";
  const Outcome outcome = fixture.replay(fixture.write("s.toml", text));
  INFO(outcome.out + outcome.err);
  CHECK(outcome.status == 0);
  CHECK(metrics_of(fixture, "model", {"trained", "predicted", "restarts", "forgotten"}) ==
        std::vector<int>{10, 0, 1, 4});
}

TEST_CASE("life cycle: a generator that comes back begins anew, and no two messages have one id") {
  const ProgramFixture fixture;
  std::string text = replaced(small_scenario(), "kind = \"training-generator\"\n",
                              "kind = \"training-generator\"\nrestart = { after = \"1ms\" }\n");
  text += "[[fault]]\nkind = \"crash\"\ncomponent = \"generator\"\nat = \"5500us\"\n";
  const Outcome outcome = fixture.replay(fixture.write("s.toml", text));
  INFO(outcome.out + outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("             sent  restarts\n  generator    16         1\n"));
  const std::string log = read_file(fixture.run() + "/echo.log");
  CHECK(lines_of(log).size() == 16);
  CHECK_THAT(log, ContainsSubstring("0.006500000 generator-6 "));
  CHECK_THAT(log, ContainsSubstring(" generator-15 "));
}
