// What a scenario says about queues and exchanges, and what is refused.
#include "sim/scenario/resource_reader.h"

#include <fmt/format.h>

#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

// A watch of the resource `a`, with these tables in front.
Scenario read(const std::string& tables) {
  return parse_scenario(fmt::format("{}\n[component.w]\nkind = \"watch\"\nfrom = \"a\"\n", tables), "s.toml",
                        built_in_tables());
}
std::string refusal(const std::string& tables) {
  return input_error([&] { read(tables); });
}

}  // namespace

TEST_CASE("resource: the options of a queue are read") {
  const Scenario scenario = read(
      "[resource.a]\ntype = \"classic\"\nmessage_ttl = \"0s\"\nexpires = \"1min\"\nmax_length = 0\n"
      "max_length_bytes = 100\noverflow = \"reject-publish-dlx\"\nmax_priority = 9\nauto_delete = true\n"
      "dead_letter = { to = \"b\", key = \"x.y\" }\nsingle_active_consumer = true\nexclusive = true\n"
      "alternate = \"c\"\nprefetch = 3");
  const ResourceConfig& config = scenario.resources.at("a");
  CHECK(config.prefetch == 3);
  CHECK(config.alternate == "c");
  const QueueOptions wanted = {.message_ttl_ns = 0,
                               .expires_ns = 60 * kNanosecondsPerSecond,
                               .max_length = 0,
                               .max_length_bytes = 100,
                               .overflow = Overflow::kRejectPublishDlx,
                               .dead_letter = DeadLetterTarget{"b", "x.y"},
                               .max_priority = 9,
                               .single_active_consumer = true,
                               .auto_delete = true,
                               .exclusive = true};
  CHECK(config.queue == wanted);
  for (const char* part :
       {"(message_ttl 0s, expires 60s, max_length 0,", "max_length_bytes 100,", "reject-publish-dlx,",
        "max_priority 9,", "single active consumer,", "auto-delete,", "exclusive,",
        "dead letters → exchange b (key x.y)\n", "→ exchange c\n"})
    CHECK_THAT(topology_text(scenario), ContainsSubstring(part));
  // The queues that something leads into exist from the start.
  CHECK(queues_led_into(scenario) == std::set<std::string>{"b", "c"});
  CHECK(queues_from_the_start(scenario) == std::set<std::string>{"b", "c"});
  CHECK(queues_from_the_start(read("[resource.a]\nmax_length = 3\nalternate = \"c\"")) ==
        std::set<std::string>{"a", "c"});
  const Scenario quorum = read("[resource.a]\ntype = \"quorum\"\ndelivery_limit = 2");
  CHECK(quorum.resources.at("a").queue == QueueOptions{.type = QueueType::kQuorum, .delivery_limit = 2});
}

TEST_CASE("exchange: a type, an alternate, and bindings to it") {
  const Scenario scenario = read(
      "[exchange.x]\ntype = \"direct\"\nalternate = \"rest\"\n"
      "[[binding]]\nfrom = \"in\"\nto = \"x\"\n[[binding]]\nfrom = \"x\"\nto = \"a\"\nkey = \"k\"");
  CHECK(scenario.exchanges.at("x") == ExchangeOptions{ExchangeType::kDirect, "rest"});
  CHECK(scenario.bindings.at(0).target == BindingTarget::kExchange);
  CHECK(scenario.bindings.at(1).target == BindingTarget::kQueue);
  CHECK(TopologyGraph(scenario).queues_from("in") == std::set<std::string>{"a", "in", "rest"});
  CHECK(exchanges_into(scenario, "a") == std::vector<std::string>{"a", "in", "x"});
  CHECK_THAT(topology_text(scenario),
             ContainsSubstring("  exchange x (direct): unreached, nobody writes it\n") &&
                 ContainsSubstring("  └─ what nothing takes → exchange rest\n"));
}

TEST_CASE("resource: what a queue gives up counts among what comes to another") {
  const Scenario scenario = read(
      "[resource.work]\nmessage_ttl = \"1s\"\ndead_letter = { to = \"\", key = \"a\" }\n"
      "[[binding]]\nfrom = \"in\"\nto = \"work\"");
  CHECK(exchanges_into(scenario, "a") == std::vector<std::string>{"a", "in", "work"});
  CHECK(uses_default_exchange(scenario));
}

TEST_CASE("resource: what RabbitMQ refuses is refused, with line, column and key") {
  struct Wrong {
    const char* text;
    const char* expected;
  };
  const Wrong all[] = {
      {"[resource.a]\ndelivery_limit = 2",
       "s.toml:2:18: resource.a.delivery_limit: 'delivery_limit' is nothing "
       "for a classic queue: RabbitMQ refuses it with 406"},
      {"[resource.a]\ntype = \"quorum\"\nmax_priority = 3", "s.toml:3:16: resource.a.max_priority"},
      {"[resource.a]\ntype = \"quorum\"\nexclusive = true", "'exclusive' is nothing for a quorum queue"},
      {"[resource.a]\ntype = \"quorum\"\nauto_delete = true", "'auto_delete' is nothing for a quorum queue"},
      {"[resource.a]\nexpires = \"0s\"", "s.toml:2:11: resource.a.expires: 0s: expected whole milliseconds"},
      {"[resource.a]\nmessage_ttl = \"1500us\"", "1.5ms: expected whole milliseconds from 0s to"},
      {"[resource.a]\nmessage_ttl = \"50days\"", "resource.a.message_ttl"},
      {"[resource.a]\nmax_length = -1", "s.toml:2:14: resource.a.max_length"},
      {"[resource.a]\nmax_priority = 256", "resource.a.max_priority"},
      {"[resource.a]\noverflow = \"drop-tail\"", "resource.a.overflow"},
      {"[resource.a]\ntype = \"stream\"", "resource.a.type"},
      {"[resource.a]\ndead_letter = { key = \"k\" }",
       "resource.a.dead_letter.to: is missing: RabbitMQ refuses a dead-letter key without an exchange with "
       "406"},
      {"[resource.a]\ndead_letter = { to = \"b\", keys = \"k\" }", "did you mean 'key'?"},
      {"[resource.b]\nmessage_ttl = \"1s\"\ndead_letter = { to = \"c\" }\n[resource.c]\nmessage_ttl = "
       "\"1s\"\n"
       "dead_letter = { to = \"b\" }\n[[binding]]\nfrom = \"a\"\nto = \"b\"",
       "s.toml:3:15: resource.b.dead_letter: what 'b' gives up comes back to it"},
      {"[resource.a]\nexclusive = true\n[component.v]\nkind = \"watch\"\nfrom = \"a\"",
       "both stream 'a': an exclusive queue is of one component"},
      {"[resource.b]\nexclusive = true\n[[binding]]\nfrom = \"a\"\nto = \"b\"",
       "s.toml:2:13: resource.b.exclusive: nobody reads 'b'"},
      {"[exchange.x]\ntype = \"direct\"\n[[binding]]\nfrom = \"x\"\nto = \"a\"",
       "binding.0.key: is missing: the direct exchange 'x' takes only messages whose key is that of the"},
      {"[exchange.x]\nalternate = \"a\"", "exchange.x.type"},
      {"[exchange.x]\ntype = \"broadcast\"", "exchange.x.type"},
      {"[resource.zzz]\nmax_length = 3",
       "nothing writes, binds or streams 'zzz'; expected one of a (if clients of a listener do, say `clients "
       "= true`)"},
      {"[resource.zzz]\nclients = true\nexclusive = true", "s.toml:3:13: resource.zzz.exclusive: is of one"},
  };
  for (const Wrong& wrong : all) {
    CAPTURE(wrong.text);
    CHECK_THAT(refusal(wrong.text), ContainsSubstring(wrong.expected));
  }
  // Clients may use what no component does.
  CHECK(read("[resource.zzz]\nclients = true\nmax_length = 3").resources.at("zzz").clients);
  CHECK_FALSE(read("[resource.a]\nmax_length = 3").resources.at("a").clients);
  CHECK_NOTHROW(
      read("[resource.b]\nmessage_ttl = \"1s\"\ndead_letter = { to = \"c\" }\n[resource.c]\n"
           "clients = true\nmessage_ttl = \"1s\"\ndead_letter = { to = \"b\" }\n[[binding]]\nfrom = "
           "\"a\"\nto = \"b\""));
  // A circle on which somebody reads is a way to try again.
  CHECK_NOTHROW(
      read("[resource.a]\nmax_length = 5\ndead_letter = { to = \"c\" }\n[resource.c]\nmessage_ttl = \"1s\"\n"
           "dead_letter = { to = \"a\" }"));
}
