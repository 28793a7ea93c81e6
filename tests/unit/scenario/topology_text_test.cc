// What people are told about a scenario's topology.
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_warnings.h"
#include "support/catch.h"

using namespace dse;

namespace {

Scenario read(const std::string& text) { return parse_scenario(text, "s.toml", built_in_tables()); }

std::string reader(const std::string& from) {
  return "[component.w-" + from + "]\nkind = \"watch\"\nfrom = \"" + from + "\"\n";
}
std::string binding(const std::string& from, const std::string& to, const std::string& more = "") {
  return "[[binding]]\nfrom = \"" + from + "\"\nto = \"" + to + "\"\n" + more;
}

}  // namespace

TEST_CASE("topology: texts and numbers that headers must match look different") {
  const std::string text = topology_text(read(
      reader("q") +
      binding("a", "q",
              R"(headers = { label = "7", "it's" = 7, yes = "true", no = true, "a\nb" = "x\u001b\"" })")));
  CHECK_THAT(text,
             ContainsSubstring(
                 R"(all of { "a\x0ab" = "x\x1b\"", "it's" = 7, label = "7", no = true, yes = "true" })"));
}

TEST_CASE("topology: a queue that bindings feed is said to be fed") {
  const Scenario scenario = read(
      "[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"in\"\nto = \"out\"\nshape = [4, "
      "4]\n" +
      reader("out") + reader("alone") + binding("a", "in") + binding("a", "in", "key = \"x\"\n") +
      binding("b", "in") + binding("a", "out"));
  const std::string text = topology_text(scenario);
  CHECK_THAT(text, ContainsSubstring("in               fed by bindings from a, b; streamed by m"));
  CHECK_THAT(
      text, ContainsSubstring("out              written by m and fed by bindings from a; streamed by w-out"));
  CHECK_THAT(text, ContainsSubstring("alone            written by nobody; streamed by w-alone"));
  CHECK_THAT(text, ContainsSubstring("a                written by nobody; streamed by nobody"));
}

TEST_CASE("topology: what a run without a broker leaves out is said for each import") {
  CHECK(import_warnings(read(reader("q"))).empty());
  const std::vector<std::string> warnings = import_warnings(
      read(reader("q") +
           "[[gateway.import]]\nqueue = \"x\"\nto = \"q\"\n[[gateway.import]]\nname = \"second\"\n"
           "exchange = \"y\"\nto = \"q\"\n"));
  REQUIRE(warnings.size() == 2);
  CHECK_THAT(warnings[0],
             Catch::Matchers::StartsWith("nothing comes from the import 'import-q': that takes a broker"));
  CHECK_THAT(warnings[1], Catch::Matchers::StartsWith("nothing comes from the import 'second'"));
}
