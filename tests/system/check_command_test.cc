// dse check: the topology on stdout, warnings on stderr, no run.
#include "support/catch.h"
#include "support/program_fixture.h"

TEST_CASE("check: warnings go to stderr and name the file") {
  const ProgramFixture fixture;
  const std::string path =
      fixture.write("s.toml", replaced(small_scenario(), "from = \"digits\"", "from = \"digts\"") +
                                  "[[binding]]\nfrom = \"digits\"\nto = \"kept\"\n");
  Command command = dse_command({"check", path});
  command.folder = fixture.file("");
  const Outcome outcome = run_process(command);
  CHECK(outcome.status == 0);
  CHECK(lines_of(outcome.err) ==
        std::vector<std::string>{
            "warning: " + path + ": component 'echo' reads 'digts', which nobody writes",
            "warning: " + path +
                ": queue 'kept' has bindings but nobody streams it: its messages will pile up"});
  CHECK(outcome.out.find("warning") == std::string::npos);
  CHECK_THAT(outcome.out, ContainsSubstring("  └─ key # → queue kept, which nobody streams\n"));
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"s.toml"});
}

TEST_CASE("check: several scenarios in one go, the first wrong one ends it") {
  const ProgramFixture fixture;
  const std::string good = fixture.write("good.toml", small_scenario());
  const std::string bad = fixture.write("bad.toml", "titel = 1\n");
  const Outcome both = run_process(dse_command({"check", good, good}));
  CHECK(both.status == 0);
  CHECK(both.err == "");
  const Outcome one = run_process(dse_command({"check", good, bad}));
  CHECK(one.status == 2);
  CHECK_THAT(one.out, ContainsSubstring(good + ": Ten digits"));
  CHECK_THAT(one.err, Catch::Matchers::StartsWith("dse: " + bad + ":"));
}

TEST_CASE("check: data is read, and settings hold for each scenario") {
  const ProgramFixture fixture;
  const std::string path = fixture.write("s.toml", small_scenario());
  CHECK(run_process(dse_command({"check", path, "--set", "component.generator.images=none"})).status == 2);
  const Outcome outcome = run_process(dse_command({"check", path, path, "--set", "seed=77"}));
  CHECK(outcome.status == 0);
  const std::size_t first = outcome.out.find("seed 77");
  REQUIRE(first != std::string::npos);
  CHECK(outcome.out.find("seed 77", first + 1) != std::string::npos);
}

TEST_CASE("check: what of late labels and of models cannot be meant is told before the run") {
  const ProgramFixture fixture;
  const auto scenario = [](const std::string& to, const std::string& window) {
    return "[component.source]\nkind = \"synthetic-source\"\nstream = \"sea\"\nto = \"rows\"\nrate = "
           "\"10/s\"\n"
           "limit = 10\nlabelled = false\nlabels = { to = \"" +
           to +
           "\", delay = \"1s\" }\n"
           "[component.one]\nkind = \"model\"\nlearner = \"majority\"\nfrom = \"rows\"\nto = \"answers\"\n" +
           window;
  };
  const Outcome refused = run_process(dse_command({"check", fixture.write("a.toml", scenario("rows", ""))}));
  CHECK(refused.status == 2);
  CHECK_THAT(refused.err, ContainsSubstring("a.toml:9:") &&
                              ContainsSubstring("the labels of 'source' come") &&
                              ContainsSubstring("set `label_window`"));
  const std::string window = "label_window = 5\n";
  CHECK(run_process(dse_command({"check", fixture.write("b.toml", scenario("rows", window))})).status == 0);
  // Labels that go elsewhere do not come to it.
  CHECK(run_process(dse_command({"check", fixture.write("c.toml", scenario("labels", ""))})).status == 0);

  const std::string second =
      "[component.two]\nkind = \"model\"\nlearner = \"no-change\"\nfrom = \"rows\"\n"
      "to = \"answers\"\n" +
      window;
  const Outcome shared =
      run_process(dse_command({"check", fixture.write("d.toml", scenario("rows", window) + second)}));
  CHECK(shared.status == 0);
  CHECK_THAT(shared.err, ContainsSubstring("the models one, two share the queue 'rows'"));
}

TEST_CASE("check: a data set that is wrong is not missing as well") {
  const ProgramFixture fixture;
  const std::string path =
      fixture.write("s.toml",
                    "[data.rows]\nformat = \"csv\"\nfile = \"x.csv\"\nmissing = \"drop\"\n[component.a]\n"
                    "kind = \"production-source\"\ndata = \"rows\"\nto = \"rows\"\nrate = \"1/s\"\n");
  const Outcome outcome = run_process(dse_command({"check", path}));
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("data.rows.missing"));
  CHECK(outcome.err.find("there is no [data.rows]") == std::string::npos);
}

TEST_CASE("check: with --dot, Graphviz draws every scenario") {
  const ProgramFixture fixture;
  std::vector<std::string> words = {"check", "--dot"};
  for (const std::string& scenario : sample_scenarios()) words.push_back("scenarios/" + scenario + ".toml");
  const Outcome outcome = run_process(dse_command(words));
  REQUIRE(outcome.status == 0);
  const std::string path = fixture.write("all.dot", outcome.out);
  const Outcome drawn = run_process({.program = "/usr/bin/dot", .arguments = {"-Tplain", path}});
  INFO(drawn.err);
  CHECK(drawn.status == 0);
  CHECK(drawn.err.empty());
  std::size_t graphs = 0;
  for (const std::string& line : lines_of(drawn.out)) graphs += line == "stop" ? 1U : 0U;
  CHECK(graphs == words.size() - 2);
}
