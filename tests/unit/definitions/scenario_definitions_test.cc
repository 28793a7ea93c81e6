#include "sim/definitions/scenario_definitions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "amqp/topology.h"
#include "dse/tables.h"
#include "sim/definitions/definitions_reader.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::string echo(const std::string& from) {
  return fmt::format("[component.read-{}]\nkind = \"echo\"\nfrom = \"{}\"\n", from, from);
}

ScenarioDefinitions made_of(const std::string& scenario) {
  return definitions_of(parse_scenario(scenario, "s.toml", built_in_tables()), "v");
}

template <typename Entry>
std::string names_of(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

TEST_CASE("scenario definitions: what a real broker would be told") {
  const ScenarioDefinitions made = made_of(
      "[resource.q]\nmax_length = 3\nauto_delete = true\nalternate = \"rest\"\n"
      "[resource.w]\ntype = \"quorum\"\ndead_letter = { to = \"\", key = \"late\" }\n"
      "[exchange.in]\ntype = \"direct\"\n"
      "[[binding]]\nfrom = \"in\"\nto = [\"q\", \"w\"]\nkey = \"k\"\nheaders = { n = 1 }\nmatch = \"any\"\n" +
      echo("q") + echo("w"));
  const Definitions& definitions = made.definitions;
  CHECK(made.notes.empty());
  CHECK(names_of(definitions.exchanges) == "in late q rest w in|k");
  CHECK(definitions.exchanges[0].type == "direct");
  CHECK(definitions.exchanges[2].arguments == Headers{{"alternate-exchange", std::string("rest")}});
  CHECK(definitions.exchanges[5].type == "headers");
  CHECK(names_of(definitions.queues) == "late q rest w");
  CHECK(definitions.queues[1].auto_delete);
  CHECK(definitions.queues[1].arguments == arguments_of(QueueOptions{.max_length = 3}));
  CHECK(definitions.queues[3].arguments.size() == 3);
  std::vector<std::string> bindings;
  for (const BindingDefinition& one : definitions.bindings)
    bindings.push_back(fmt::format("{}>{}:{}", one.source, one.destination, one.routing_key));
  CHECK(fmt::format("{}", fmt::join(bindings, " ")) ==
        "late>late:# q>q:# rest>rest:# w>w:# in>in|k:k in|k>q: in|k>w:");
  CHECK(definitions.bindings[5].arguments ==
        Headers{{"n", std::int64_t{1}}, {"x-match", std::string("any")}});
  for (const QueueDefinition& queue : definitions.queues) CHECK(queue.vhost == "v");

  const std::string text = definitions_text(definitions);
  CHECK(definitions_text(parse_definitions(text, "again")) == text);
}

TEST_CASE("scenario definitions: what they cannot say is named") {
  const ScenarioDefinitions made = made_of(
      "[resource.mine]\nexclusive = true\n"
      "[[binding]]\nfrom = \"in\"\nto = \"mine\"\nkey = \"a\"\n"
      "[[binding]]\nfrom = \"in\"\nto = \"q\"\nheaders = { d = { decimal = \"1.5\" } }\n"
      "[[binding]]\nfrom = \"in\"\nto = \"q\"\nheaders = { v = [{ void = true }] }\n"
      "[[binding]]\nfrom = \"in\"\nto = \"q\"\nheaders = { t = { text = \"/w==\" } }\n"
      "[[binding]]\nfrom = \"in\"\nto = \"q\"\nkey = \"b\"\n" +
      echo("mine") + echo("q"));
  CHECK(
      made.notes ==
      std::vector<std::string>{
          "not exported: the queue 'mine' and its bindings: it is exclusive, so its reader must make it",
          "not exported: the binding in -> q  key #  headers all of { d = decimal(1.5) }: its header \"d\" "
          "has "
          "a value of type decimal, which definitions cannot say",
          "not exported: the binding in -> q  key #  headers all of { v = [void] }: its header \"v\" has "
          "a value of type void, which definitions cannot say",
          "not exported: the binding in -> q  key #  headers all of { t = \"\\xff\" }: its header \"t\" has "
          "a text that is not UTF-8, which definitions cannot say"});
  CHECK(names_of(made.definitions.queues) == "q");
  CHECK(made.definitions.bindings.size() == 2);  // q's own and the last
}

TEST_CASE("scenario definitions: permissions of users, who are to be made before") {
  const ScenarioDefinitions made =
      made_of("[user.camera]\nconfigure = \"c\"\nwrite = \"w\\\\.\"\n[user.camera.topics.t]\nread = \"r\"\n" +
              echo("q"));
  CHECK(made.notes ==
        std::vector<std::string>{
            "not exported: the user \"camera\", whose permissions are: make it before you import "
            "them, with `rabbitmqctl add_user`, so that it has a password"});
  const std::string text = definitions_text(made.definitions);
  CHECK(text.find("\"users\"") == std::string::npos);
  CHECK(text.find("  \"permissions\": [\n    "
                  R"({"user":"camera","vhost":"v","configure":"c","write":"w\\.","read":""})"
                  "\n  ],\n  \"topic_permissions\": [\n    "
                  R"({"user":"camera","vhost":"v","exchange":"t","write":"","read":"r"})"
                  "\n  ]\n}\n") != std::string::npos);
  CHECK(definitions_text(parse_definitions(text, "again")) == text);
}
