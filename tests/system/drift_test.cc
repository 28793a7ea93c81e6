// Planted drifts as a user sees them: in reports, summaries, records, explorations and errors.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "support/sqlite_file.h"

namespace {

const std::string kModel =
    "seed = 1\n[bus]\nlatency = \"50us\"\n"
    "[component.source]\nkind = \"synthetic-source\"\nstream = \"sea\"\nto = \"rows\"\nrate = \"1000/s\"\n"
    "limit = 1000\n"
    "[component.tree]\nkind = \"model\"\nlearner = \"naive-bayes\"\nfrom = \"rows\"\nto = \"answers\"\n"
    "[component.answers]\nkind = \"echo\"\nfrom = \"answers\"\n";

std::string drift(const std::string& keys) { return "[[drift]]\ncomponent = \"source\"\n" + keys; }

std::string scale(const std::string& factor, const std::string& more = "") {
  return drift("kind = \"feature-scale\"\nat = \"500ms\"\nfactor = " + factor + "\n" + more);
}

}  // namespace

TEST_CASE("drift: the report and the summary say when it is and what it did") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml",
      kModel + scale("2", "name = \"twice\"\n") +
          scale("3", "transition = \"recurring\"\nperiod = \"100ms\"\nwidth = \"10ms\"\non = false\n"));
  const Outcome outcome = fixture.replay(scenario);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK_THAT(outcome.out, ContainsSubstring(
                              "drift        'twice', feature-scale of source at 500ms: 500 items changed\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("drift        feature-scale of source (drift 1) is off\n"));
  const auto json = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(json["drifts"] == nlohmann::json::parse(R"([
    {"name": "twice", "kind": "feature-scale", "components": ["source"], "transition": "abrupt",
     "at_ns": 500000000, "changed": 500},
    {"kind": "feature-scale", "components": ["source"], "on": false, "transition": "recurring",
     "at_ns": 500000000, "width_ns": 10000000, "period_ns": 100000000, "changed": 0}])"));
}

TEST_CASE("drift: what is left out and what becomes infinite is said") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml", kModel + drift("kind = \"class-prior\"\nat = \"0s\"\nweights = [0, 1]\n") +
                    drift("kind = \"feature-shift\"\nfeatures = \"f3\"\nat = \"0s\"\nby = 1e30\n") +
                    scale("1e6", "features = \"f3\"\n") + scale("1e6", "features = \"f3\"\n"));
  const Outcome outcome = fixture.replay(scenario);
  INFO(outcome.out << outcome.err);
  const auto json = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["drifts"];
  const int left_out = json[0]["left_out"];
  CHECK(left_out > 100);
  CHECK(json[0]["changed"] == 1000 - left_out);
  CHECK_FALSE(json[2].contains("infinite"));
  CHECK(json[3]["infinite"] == json[3]["changed"]);
  CHECK_THAT(outcome.err, ContainsSubstring("the drift feature-scale of source (drift 3) made"));
  CHECK_THAT(outcome.err, ContainsSubstring("rows infinite: a number became too large for a float32"));
  CHECK_THAT(outcome.err, ContainsSubstring("'tree' refused"));
}

TEST_CASE("drift: one that changed nothing is a warning") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(
      fixture.write("s.toml", kModel + drift("kind = \"feature-scale\"\nfactor = 2\nat = \"1s\"\n")));
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.err,
             ContainsSubstring("the drift feature-scale of source (drift 0) changed nothing in this run: "
                               "nothing was sent after 1s"));
}

TEST_CASE("drift: check shows it, and finds what its data does not have") {
  const ProgramFixture fixture;
  const Outcome right = run_process(dse_command({"check", fixture.write("s.toml", kModel + scale("2"))}));
  CHECK_THAT(right.out, ContainsSubstring("  drifts\n    feature-scale of source (drift 0) at 500ms\n"));
  const Outcome wrong = run_process(
      dse_command({"check", fixture.write("t.toml", kModel + scale("2", "features = [\"f1\", \"g2\"]\n"))}));
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err,
             ContainsSubstring("t.toml:23:12: drift.0.features: 'source' sends no feature 'g2'; did you "
                               "mean 'f2'?"));
}

TEST_CASE("drift: the features of a table have the names of its columns") {
  const ProgramFixture fixture;
  fixture.write("t.csv", "a,b,c,label\n1,2,3,x\n4,5,6,y\n");
  const std::string text =
      "[data.t]\nformat = \"csv\"\nfile = \"t.csv\"\nlabel = \"label\"\nfeatures = [\"c\", \"a\"]\n"
      "[component.source]\nkind = \"training-generator\"\ndata = \"t\"\nto = \"rows\"\nrate = \"1/s\"\n"
      "[component.echo]\nkind = \"echo\"\nfrom = \"rows\"\n";
  const auto check = [&](const std::string& feature) {
    return run_process(dse_command(
        {"check", fixture.write("s.toml", text + scale("2", "features = \"" + feature + "\"\n"))}));
  };
  CHECK(check("a").status == 0);
  CHECK(check("c").status == 0);
  CHECK_THAT(check("b").err, ContainsSubstring("'source' sends no feature 'b'"));
}

TEST_CASE("drift: explore varies its numbers") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml", kModel + scale("1") + "[[expect]]\nmetric = \"tree.prequential_accuracy\"\nmin = 0.83\n");
  const Outcome outcome = run_process(dse_command(
      {"explore", scenario, "--vary", "drift.0.factor=1,-1", "--seeds", "1..2", "--out", fixture.run()}));
  INFO(outcome.out << outcome.err);
  CHECK_THAT(outcome.out, ContainsSubstring("4 runs, 2 failed"));
  CHECK_THAT(outcome.out, ContainsSubstring("--seed 2 --set drift.0.factor=-1"));
}

TEST_CASE("drift: the minimiser keeps the drift that a failure needs, and drops another") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", kModel + scale("-1") + scale("2", "features = \"f3\"\n") +
                                  "[[expect]]\nmetric = \"tree.prequential_accuracy\"\nmin = 0.83\n");
  const Outcome outcome = run_process(dse_command({"explore", scenario, "--vary", "drift.0.on=true,false",
                                                   "--seeds", "1", "--minimise", "--out", fixture.run()}));
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 1);
  const std::string text = read_file(fixture.run() + "/minimised.toml");
  INFO(text);
  CHECK(text.find("f3") == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("[[drift]]"));
  CHECK_THAT(text, ContainsSubstring("factor = -1"));
}

TEST_CASE("drift: the record of events has it") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml", kModel + scale("2", "name = \"twice\"\n") +
                    drift("kind = \"feature-shift\"\nby = 1\nat = \"1s\"\ntransition = \"gradual\"\n"
                          "width = \"100ms\"\n"));
  REQUIRE(fixture.replay(scenario, {"--record"}).status == 0);
  using Rows = std::vector<std::vector<std::string>>;
  CHECK(run_sql(fixture.run() + "/events.sqlite", "SELECT * FROM drift") ==
        Rows{{"0", "twice", "feature-scale", "[\"source\"]", "abrupt", "500000000", "0", "0"},
             {"1", "NULL", "feature-shift", "[\"source\"]", "gradual", "1000000000", "100000000", "0"}});
}
