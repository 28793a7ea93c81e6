// What a node asserts on a broker, and what it does not.
#include "sim/node/broker_part.h"

#include "dse/error.h"
#include "dse/tables.h"
#include "sim/node/left_out.h"
#include "sim/node/node.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

using Names = std::set<std::string>;

std::string watch(const std::string& name, const std::string& from) {
  return "[component." + name + "]\nkind = \"watch\"\nfrom = \"" + from + "\"\n";
}
std::string echo(const std::string& name, const std::string& from, const std::string& to) {
  return "[component." + name + "]\nkind = \"program\"\ncommand = [\"true\"]\nfrom = \"" + from +
         "\"\nto = [\"" + to + "\"]\n";
}
std::string binding(const std::string& from, const std::string& to) {
  return "[[binding]]\nfrom = \"" + from + "\"\nto = \"" + to + "\"\nkey = \"k\"\n";
}

Scenario read(const std::string& text) { return parse_scenario(text, "s.toml", built_in_tables()); }

BrokerPart part(const Scenario& scenario, const std::string& component) {
  return part_of(scenario, find_component(scenario, component));
}

std::vector<std::string> ways(const BrokerPart& part) {
  std::vector<std::string> result;
  for (const BindingSpec& one : part.bindings) result.push_back(one.from + ">" + one.to);
  return result;
}

}  // namespace

TEST_CASE("broker part: a writer asserts all that its messages can come to, each once") {
  const Scenario scenario = read(
      "[exchange.first]\ntype = \"fanout\"\nalternate = \"unplaced\"\n[exchange.second]\ntype = \"direct\"\n"
      "[exchange.graves]\ntype = \"topic\"\n[resource.work]\ndead_letter = { to = \"graves\" }\n"
      "[resource.wait]\nmessage_ttl = \"1s\"\ndead_letter = { to = \"\", key = \"work\" }\n" +
      binding("first", "second") + binding("second", "first") + binding("second", "work") +
      binding("graves", "wait") + binding("else", "other") + watch("worker", "work") +
      watch("rest", "unplaced") + echo("writer", "start", "first") + watch("stranger", "other"));
  const BrokerPart found = part(scenario, "writer");
  CHECK(found.exchanges == Names{"first", "second", "graves", "start", "unplaced"});
  CHECK(found.queues == Names{"start", "unplaced", "wait", "work"});
  CHECK(ways(found) ==
        std::vector<std::string>{"first>second", "second>first", "second>work", "graves>wait"});
  const BrokerPart whole = whole_of(scenario);
  CHECK(whole.exchanges.contains("else"));
  CHECK(whole.queues == Names{"other", "start", "unplaced", "wait", "work"});
  CHECK(whole.bindings.size() == 5);
}

TEST_CASE("broker part: a reader asserts what leads into its queue, and where that sends what it gives up") {
  const Scenario scenario = read(
      "[exchange.first]\ntype = \"fanout\"\n[exchange.second]\ntype = \"direct\"\nalternate = \"work\"\n"
      "[resource.work]\ndead_letter = { to = \"graves\" }\n" +
      binding("first", "second") + binding("second", "other") + binding("far", "work") +
      watch("worker", "work") + watch("undertaker", "graves") + watch("stranger", "other") +
      echo("writer", "start", "first"));
  const BrokerPart found = part(scenario, "worker");
  // "second" may pass to its alternate, which is the exchange of the same pair.
  CHECK(found.exchanges == Names{"far", "first", "graves", "second", "work"});
  CHECK(found.queues == Names{"graves", "work"});
  CHECK(ways(found) == std::vector<std::string>{"first>second", "far>work"});
}

TEST_CASE("broker part: dead letters by their own keys through the default exchange may come to any queue") {
  const Scenario scenario = read("[resource.work]\ndead_letter = { to = \"\" }\n" + watch("worker", "work") +
                                 watch("stranger", "other") + echo("writer", "start", "work"));
  CHECK(part(scenario, "writer").queues == Names{"other", "start", "work"});
}

TEST_CASE("declarations: each name as the scenario says") {
  const Declarations declarations =
      declarations_of(read("[exchange.x]\ntype = \"headers\"\nalternate = \"rest\"\n"
                           "[resource.work]\ntype = \"quorum\"\nalternate = \"rest\"\n" +
                           binding("x", "work") + watch("worker", "work") + watch("others", "rest")));
  CHECK(declarations.exchange("x") == ExchangeOptions{ExchangeType::kHeaders, "rest"});
  CHECK_FALSE(declarations.is_resource("x"));
  CHECK(declarations.exchange("work") == ExchangeOptions{ExchangeType::kTopic, "rest"});
  CHECK(declarations.queue("work").type == QueueType::kQuorum);
  CHECK(declarations.is_resource("work"));
  CHECK(declarations.exchange("rest") == ExchangeOptions());
  CHECK(declarations.queue("rest") == QueueOptions());
}

TEST_CASE("nodes refuse what a broker would not do as the scenario says, by name") {
  const Scenario exclusive = read("[resource.own]\nexclusive = true\n" + watch("owner", "own"));
  CHECK_THAT(input_error([&] { check_for_nodes(exclusive); }),
             ContainsSubstring("s.toml: resource.own.exclusive: ") &&
                 ContainsSubstring("the one connection that declares it"));
  const std::string alternate = "[resource.in]\nalternate = \"rest\"\n" + watch("rest", "rest");
  const std::string conditions = "[[binding]]\nfrom = \"in\"\nto = \"a\"\nheaders = { n = 1 }\n";
  CHECK_THAT(input_error([&] { check_for_nodes(read(alternate + conditions)); }),
             ContainsSubstring("binding: from 'in' to 'a' by headers: ") &&
                 ContainsSubstring("the alternate exchange of 'in'"));
  CHECK_NOTHROW(check_for_nodes(read(alternate + binding("in", "a"))));
  CHECK_NOTHROW(check_for_nodes(read("[exchange.in]\ntype = \"headers\"\nalternate = \"rest\"\n" +
                                     watch("rest", "rest") + conditions)));
}

TEST_CASE("nodes say what they leave out: faults by kind, restarts, and times of the broker") {
  const std::string text =
      "[resource.a]\nmessage_ttl = \"1s\"\n[component.w]\nkind = \"watch\"\nfrom = \"a\"\nrestart = { after "
      "= "
      "\"1s\" }\n[[fault]]\nkind = \"crash\"\ncomponent = \"w\"\nat = \"1s\"\n[[fault]]\nkind = \"crash\"\n"
      "component = \"w\"\nat = \"2s\"\n[[fault]]\nkind = \"slow\"\ncomponent = \"v\"\nfactor = [2, 1]\n" +
      watch("v", "a");
  const Scenario scenario = read(text);
  const std::vector<std::string> all = left_out_by_nodes(scenario, nullptr, 10);
  CAPTURE(all);
  REQUIRE(all.size() == 4);
  CHECK_THAT(all[0], Catch::Matchers::StartsWith("w: the fault 'crash' is not planted"));
  CHECK_THAT(all[1], Catch::Matchers::StartsWith("v: the fault 'slow' is not planted"));
  CHECK_THAT(all[2], Catch::Matchers::StartsWith("w: `restart` and `checkpoint` do nothing here"));
  CHECK_THAT(all[3],
             Catch::Matchers::StartsWith("a: `message_ttl`") && ContainsSubstring("10 times as fast"));
  const ComponentConfig& other = find_component(scenario, "v");
  CHECK(left_out_by_nodes(scenario, &other, 1).size() == 1);
}
