// What people are told about a scenario's topology.
#include <regex>

#include "core/readable.h"
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

// The text without what breaking its lines has put into it.
std::string unwrapped(const std::string& text) {
  return std::regex_replace(text, std::regex("\n[ │]*(?=[^ │├└\n])"), " ");
}

}  // namespace

TEST_CASE("topology: no line is longer than 80 columns, and a tree goes on beside one that is broken") {
  const std::string text = topology_text(read(
      "title = \"A title that is so long that it does not fit into one line of a terminal, but needs "
      "two\"\n" +
      reader("q") + reader("d") + binding("a", "q") + binding("a", "d") +
      "[resource.q]\nmessage_ttl = \"1s\"\nmax_length = 100\nmax_length_bytes = 1000000\n"
      "overflow = \"reject-publish-dlx\"\ndead_letter = { to = \"d\" }\nsingle_active_consumer = true\n"));
  CHECK_THAT(text, ContainsSubstring(
                       "  ├─ key # → queue q (message_ttl 1s, max_length 100, max_length_bytes 1000000,\n"
                       "  │  │   reject-publish-dlx, single active consumer) → w-q\n"
                       "  │  └─ dead letters → exchange d\n"
                       "  └─ key # → queue d → w-d\n"));
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    CAPTURE(line);
    CHECK(display_width(line) <= 80);
    begin = end + 1;
  }
}

TEST_CASE("topology: replicas and the ways besides bindings are drawn") {
  const std::string text = topology_text(
      read("[component.w]\nkind = \"watch\"\nfrom = \"q\"\ncount = 3\n[resource.q]\nalternate = \"rest\"\n"
           "dead_letter = { to = \"\", key = \"graves\" }\nmessage_ttl = \"1s\"\n" +
           reader("rest") + reader("graves")));
  CHECK_THAT(text, ContainsSubstring("  ├─ queue q (message_ttl 1s) → w (3 replicas)\n"
                                     "  │  └─ dead letters → the default exchange (key graves)\n"
                                     "  └─ what nothing takes → exchange rest\n"));
  CHECK_THAT(text, ContainsSubstring("    w         watch (3 replicas)\n"));
}

TEST_CASE("topology: texts and numbers that headers must match look different") {
  const std::string text = topology_text(read(
      reader("q") +
      binding("a", "q",
              R"(headers = { label = "7", "it's" = 7, yes = "true", no = true, "a\nb" = "x\u001b\"" })")));
  CHECK_THAT(unwrapped(text),
             ContainsSubstring(
                 R"(all of { "a\x0ab" = "x\x1b\"", "it's" = 7, label = "7", no = true, yes = "true" })"));
}

TEST_CASE("topology: each binding is drawn once, and what nothing reaches is marked") {
  const Scenario scenario = read(
      "[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"in\"\nto = \"out\"\nshape = [4, "
      "4]\n" +
      reader("out") + reader("alone") + binding("a", "in") + binding("a", "in", "key = \"x\"\n") +
      binding("b", "in") + binding("a", "out"));
  const std::string text = topology_text(scenario);
  CHECK_THAT(text, ContainsSubstring("  m → exchange out\n  └─ queue out → w-out\n"));
  CHECK_THAT(text, ContainsSubstring("  exchange a: unreached, nobody writes it\n"
                                     "  ├─ key # → queue in → m\n"
                                     "  ├─ key x → queue in → m\n"
                                     "  └─ key # → queue out → w-out\n"));
  CHECK_THAT(text,
             ContainsSubstring("  exchange b: unreached, nobody writes it\n  └─ key # → queue in → m\n"));
  CHECK_THAT(
      text, ContainsSubstring("  exchange alone: unreached, nobody writes it\n  └─ queue alone → w-alone\n"));
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

TEST_CASE("topology: clients write and stream what is for them") {
  const std::string text = topology_text(read(reader("q") + "[resource.q]\nclients = true\n[resource.jobs]\n"
                                                            "clients = true\nmessage_ttl = \"1s\"\n"));
  CHECK_THAT(text,
             ContainsSubstring("  clients → exchange jobs\n  └─ queue jobs (message_ttl 1s) → clients\n"));
  CHECK_THAT(text, ContainsSubstring("  clients → exchange q\n  └─ queue q → w-q and clients\n"));
  CHECK(topology_text(read("[resource.q]\nclients = true\n")).find("components") == std::string::npos);
  CHECK_THAT(topology_text(read("[resource.q]\nclients = true\nauto_delete = true\n")),
             ContainsSubstring("  clients → exchange q\n  └─ queue q (auto-delete) → clients\n"));
}
