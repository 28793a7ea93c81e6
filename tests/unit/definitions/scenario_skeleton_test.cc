// What becomes of single definitions. The shapes as a whole are in round_trip_test.cc.
#include "sim/definitions/scenario_skeleton.h"

#include <fmt/format.h>

#include <algorithm>

#include "dse/tables.h"
#include "sim/definitions/definitions_reader.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

constexpr TimeNs kSecond = kNanosecondsPerSecond;

struct Made {
  ScenarioSkeleton skeleton;
  Scenario scenario;  // that the text is read as

  bool has_note(const std::string& note) const {
    return std::find(skeleton.notes.begin(), skeleton.notes.end(), note) != skeleton.notes.end();
  }
  const QueueOptions& queue(const std::string& name) const { return scenario.resources.at(name).queue; }
};

Made make(Definitions definitions, const std::optional<std::string>& vhost = std::nullopt) {
  Made made{.skeleton = make_skeleton(definitions, vhost, "d.json")};
  const std::string text = skeleton_text(made.skeleton, "d.json");
  INFO(text);
  made.scenario = parse_scenario(text, "s.toml", built_in_tables());
  for (const std::string& note : made.skeleton.notes) UNSCOPED_INFO(note);
  return made;
}

PolicyDefinition policy(const std::string& name, std::int64_t priority, Headers definition) {
  return {.name = name, .pattern = "^q", .priority = priority, .definition = std::move(definition)};
}
HeaderValue number(std::int64_t value) { return value; }
HeaderValue text(const std::string& value) { return value; }

}  // namespace

TEST_CASE("skeleton: of several policies the one with the highest priority counts") {
  const Made made =
      make({.queues = {{.name = "q"}, {.name = "other", .arguments = {{"x-max-length", number(9)}}}},
            .policies = {policy("low", 1, {{"max-length", number(1)}, {"expires", number(1000)}}),
                         policy("high", 2, {{"max-length", number(2)}})}});
  CHECK(made.queue("q") == QueueOptions{.max_length = 2});
  CHECK(made.queue("other") == QueueOptions{.max_length = 9});
  CHECK(made.has_note(R"(changed: the policy "high" is in the options of 1 queue and 0 exchanges)"));
  CHECK(made.has_note(R"(not imported: the policy "low", which counts for nothing here)"));
}

TEST_CASE("skeleton: what has the name of another is told, and one of them counts") {
  const Made made = make({.vhosts = {"/", "elsewhere"},
                          .exchanges = {{.name = "x", .type = "fanout"}, {.name = "x", .type = "topic"}},
                          .queues = {{.name = "q", .arguments = {{"x-max-length", number(8)}}},
                                     {.name = "other", .vhost = "elsewhere"},
                                     {.name = "q", .arguments = {{"x-max-length", number(9)}}},
                                     {.name = "other"}},
                          .bindings = {{.source = "x", .destination = "q"}},
                          .policies = {policy("p", 5, {{"expires", number(1000)}}),
                                       policy("p", 1, {{"expires", number(2000)}})}},
                         "/");
  CHECK(made.scenario.exchanges.at("x").type == ExchangeType::kFanout);
  CHECK(made.queue("q") == QueueOptions{.expires_ns = 2 * kSecond, .max_length = 8});
  CHECK(made.has_note(R"(not imported: the exchange "x" more than once; the first one counts)"));
  CHECK(made.has_note(R"(not imported: the queue "q" more than once; the first one counts)"));
  CHECK(made.has_note(R"(not imported: the policy "p" more than once; the last one counts)"));
  CHECK_FALSE(made.has_note(R"(not imported: the queue "other" more than once; the first one counts)"));
}

TEST_CASE("skeleton: of two numbers the smaller counts, otherwise the argument") {
  const Headers arguments = {{"x-message-ttl", number(1000)},
                             {"x-max-length", number(50)},
                             {"x-overflow", text("reject-publish")},
                             {"x-dead-letter-routing-key", text("own")}};
  Headers says = {{"message-ttl", number(3000)},
                  {"max-length", number(20)},
                  {"overflow", text("drop-head")},
                  {"dead-letter-exchange", text("")},
                  {"dead-letter-routing-key", text("policy")}};
  const Made classic =
      make({.queues = {{.name = "q", .arguments = arguments}}, .policies = {policy("p", 0, says)}});
  CHECK(classic.queue("q") == QueueOptions{.message_ttl_ns = kSecond,
                                           .max_length = 20,
                                           .overflow = Overflow::kRejectPublish,
                                           .dead_letter = DeadLetterTarget{"", "own"}});
  Headers quorum = arguments;
  quorum.set("x-queue-type", text("quorum"));
  says.set("delivery-limit", number(3));
  const Made other =
      make({.queues = {{.name = "q", .arguments = quorum}}, .policies = {policy("p", 0, says)}});
  CHECK(other.queue("q").overflow == Overflow::kDropHead);
  CHECK(other.queue("q").delivery_limit == 3);
}

TEST_CASE("skeleton: a policy with a key that the type of queue does not know counts for none of them") {
  const auto limits = [](const Headers& higher) {
    const Made made =
        make({.queues = {{.name = "qc"}, {.name = "qq", .arguments = {{"x-queue-type", text("quorum")}}}},
              .policies = {policy("low", 0, {{"max-length", number(7)}}), policy("high", 1, higher)}});
    return std::pair(*made.queue("qc").max_length, *made.queue("qq").max_length);
  };
  CHECK(limits({{"max-length", number(3)}}) == std::pair<std::int64_t, std::int64_t>(3, 3));
  CHECK(limits({{"max-length", number(3)}, {"delivery-limit", number(5)}}) ==
        std::pair<std::int64_t, std::int64_t>(7, 3));
  CHECK(limits({{"max-length", number(3)}, {"ha-mode", text("all")}}) ==
        std::pair<std::int64_t, std::int64_t>(3, 7));
}

TEST_CASE("skeleton: an operator's policy makes numbers smaller, and never larger") {
  const Made made =
      make({.queues = {{.name = "q", .arguments = {{"x-expires", number(5000)}}}},
            .policies = {policy("p", 0, {{"max-length", number(10)}, {"message-ttl", number(1000)}})},
            .operator_policies = {policy("op", 0,
                                         {{"max-length", number(5)},
                                          {"message-ttl", number(2000)},
                                          {"expires", number(9000)},
                                          {"max-length-bytes", number(7)}})}});
  CHECK(made.queue("q") ==
        QueueOptions{
            .message_ttl_ns = kSecond, .expires_ns = 5 * kSecond, .max_length = 5, .max_length_bytes = 7});
}

TEST_CASE("skeleton: a policy is for what it says") {
  const auto applied = [](const std::string& apply_to) {
    PolicyDefinition one = policy("p", 0, {{"max-length", number(3)}, {"alternate-exchange", text("q.x")}});
    one.apply_to = apply_to;
    const Made made =
        make({.exchanges = {{.name = "q.x", .type = "fanout"}, {.name = "q.in", .type = "direct"}},
              .queues = {{.name = "qc"}, {.name = "qq", .type = "quorum"}},
              .policies = {one}});
    const auto limited = [&](const std::string& name) {
      const auto found = made.scenario.resources.find(name);
      return found != made.scenario.resources.end() && found->second.queue.max_length == 3;
    };
    return fmt::format("{}{}{}", limited("qc") ? "c" : "", limited("qq") ? "q" : "",
                       made.scenario.exchanges.at("q.in").alternate == "q.x" ? "x" : "");
  };
  CHECK(applied("all") == "cqx");
  CHECK(applied("queues") == "cq");
  CHECK(applied("exchanges") == "x");
  CHECK(applied("classic_queues") == "c");
  CHECK(applied("quorum_queues") == "q");
  CHECK(applied("streams").empty());
}

TEST_CASE("skeleton: which virtual host") {
  const Definitions two = {.vhosts = {"a", "b"}, .queues = {{.name = "q", .vhost = "b"}}};
  CHECK(input_error([&] { make_skeleton(two, std::nullopt, "d.json"); }) ==
        "d.json: has several virtual hosts, and none is called /: choose one with --vhost: a, b");
  CHECK(input_error([&] { make_skeleton(two, "c", "d.json"); }) ==
        "d.json: has no virtual host \"c\"; did you mean 'a'?");
  const Definitions elsewhere = {.vhosts = {"/", "shop"}, .queues = {{.name = "q", .vhost = "shop"}}};
  CHECK(input_error([&] { make_skeleton(elsewhere, std::nullopt, "d.json"); }) ==
        "d.json: has nothing in its virtual host /: choose one with --vhost: shop");
  const Made made = make(two, "b");
  CHECK(made.skeleton.read_queues == std::vector<std::string>{"q"});
  CHECK(made.has_note(R"(not imported: the virtual host "a"; --vhost chooses it)"));
  CHECK(make({.vhosts = {"only"}}).skeleton.vhost == "only");
  CHECK(make({.vhosts = {"x", "/"}}).skeleton.vhost == "/");
}

TEST_CASE("skeleton: dead letters and alternates to what is not there go nowhere, as there") {
  const Made made = make(
      {.exchanges = {{.name = "in", .type = "direct", .arguments = {{"alternate-exchange", text("gone")}}}},
       .queues = {{.name = "a", .arguments = {{"x-dead-letter-exchange", text("b")}}},
                  {.name = "b"},
                  {.name = "c", .arguments = {{"x-dead-letter-exchange", text("amq.fanout")}}}}});
  CHECK(made.scenario.exchanges.at("b").type == ExchangeType::kFanout);
  CHECK(made.scenario.exchanges.at("gone").type == ExchangeType::kFanout);
  CHECK(made.scenario.bindings.empty());
  CHECK(made.scenario.resources.contains("b"));  // a queue beside the exchange
  CHECK(made.queue("c").dead_letter->exchange == "amq-fanout");
  CHECK(made.scenario.exchanges.at("amq-fanout").type == ExchangeType::kFanout);
}

TEST_CASE("skeleton: a queue in which messages only wait has no reader") {
  const Headers waits = {{"x-message-ttl", number(1000)},
                         {"x-dead-letter-exchange", text("")},
                         {"x-dead-letter-routing-key", text("work")}};
  const Made made = make({.queues = {{.name = "work"}, {.name = "wait", .arguments = waits}}});
  CHECK(made.skeleton.read_queues == std::vector<std::string>{"work"});
  REQUIRE(made.scenario.bindings.size() == 1);
  CHECK(made.scenario.bindings[0] == BindingSpec{.from = "wait", .to = "wait"});

  // Where nobody would read on the way round, somebody must.
  const auto to = [](const std::string& name) {
    return Headers{{"x-message-ttl", number(1000)},
                   {"x-dead-letter-exchange", text("")},
                   {"x-dead-letter-routing-key", text(name)}};
  };
  const Made circle =
      make({.queues = {{.name = "a", .arguments = to("b")}, {.name = "b", .arguments = to("a")}}});
  CHECK(circle.skeleton.read_queues == std::vector<std::string>{"a"});
}

TEST_CASE("skeleton: headers exchanges that export has made are bindings again") {
  const std::string name = "in|a.#";
  const Made made = make(
      {.exchanges = {{.name = "in", .type = "topic"}, {.name = name, .type = "headers"}},
       .queues = {{.name = "q"}},
       .bindings = {
           {.source = "in", .destination = name, .to_exchange = true, .routing_key = "a.#"},
           {.source = name, .destination = "q", .arguments = {{"x-match", text("any")}, {"n", number(1)}}}}});
  REQUIRE(made.scenario.bindings.size() == 1);
  CHECK(
      made.scenario.bindings[0] ==
      BindingSpec{
          .from = "in", .to = "q", .key = "a.#", .headers = {{"n", number(1)}}, .match = HeaderMatch::kAny});
  CHECK(made.scenario.exchanges.size() == 1);
}

TEST_CASE("skeleton: odd names stay apart") {
  const Made made = make({.exchanges = {{.name = "a b", .type = "direct"}},
                          .queues = {{.name = "a b"},
                                     {.name = "a/b"},
                                     {.name = "a-b"},
                                     {.name = "\xd0\xb7"},
                                     {.name = std::string(255, 'y')},
                                     {.name = "x.y"},
                                     {.name = "x-y"}},
                          .bindings = {{.source = "a b", .destination = "a/b", .routing_key = "k"}}});
  CHECK(made.skeleton.read_queues ==
        std::vector<std::string>{"a-b-2", "a-b-3", "a-b", "name", std::string(190, 'y'), "x.y", "x-y"});
  CHECK(made.scenario.exchanges.contains("a-b-2"));
  REQUIRE(made.scenario.bindings.size() == 1);
  CHECK(made.scenario.bindings[0].to == "a-b-3");
}

TEST_CASE("skeleton: nothing at all is a scenario, too") {
  const Made made = make({.vhosts = {"/"}});
  CHECK(made.skeleton.read_queues == std::vector<std::string>{"placeholder"});
}
