#include "sim/definitions/definitions_reader.h"

#include <fmt/format.h>

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

std::string refusal(const std::string& json) {
  return input_error([&] { parse_definitions(json, "d.json"); });
}
std::string of_a_queue(const std::string& members) {
  return refusal(fmt::format(R"({{"queues":[{{"name":"a","arguments":{{}}}},{{{}}}]}})", members));
}

}  // namespace

TEST_CASE("definitions reader: what RabbitMQ exports") {
  const Definitions read = parse_definitions(
      R"({"rabbit_version":"3.10.8","vhosts":[{"name":"/","limits":[]}],"product_name":"RabbitMQ","odd":1,
          "users":[{"name":"u","password_hash":"x","tags":["a","b"]},{"name":"old","tags":"x,y"}],
          "permissions":[{"user":"u","vhost":"/","configure":"c","write":"w","read":"r"}],
          "topic_permissions":[{"user":"u","vhost":"/","exchange":"e","write":"w","read":"r"}],
          "parameters":[{"component":"operator_policy","vhost":"/","name":"op","value":
             {"pattern":"^a","definition":{"max-length":3},"priority":2,"apply-to":"queues"}},
             {"component":"shovel","vhost":"/","name":"s","value":{"src-uri":"amqp://u:p@h"}}],
          "global_parameters":[{"name":"g","value":1}],
          "policies":[{"vhost":"/","name":"p","pattern":".*","definition":{"expires":5}}],
          "exchanges":[{"name":"e","vhost":"/","type":"topic","durable":false,"auto_delete":true,"internal":true,
             "arguments":{"alternate-exchange":"x"}}],
          "queues":[{"name":"q","vhost":"/","type":"classic","durable":true,"auto_delete":false,"arguments":[]}],
          "bindings":[{"source":"e","vhost":"/","destination":"q","destination_type":"exchange",
             "routing_key":"k","arguments":{"a":null,"b":[1,0.5,{"c":true}]}}]})",
      "d.json");
  CHECK(read.version == "3.10.8");
  CHECK(read.vhosts == std::vector<std::string>{"/"});
  CHECK(read.unknown_keys == std::vector<std::string>{"odd"});
  REQUIRE(read.users.size() == 2);
  CHECK(read.users[0].tags == "a,b");
  CHECK(read.users[1].tags == "x,y");
  REQUIRE(read.operator_policies.size() == 1);
  CHECK(read.operator_policies[0].priority == 2);
  CHECK(read.operator_policies[0].apply_to == "queues");
  REQUIRE(read.parameters.size() == 2);
  CHECK(read.parameters[1].name == "s");
  CHECK(read.parameters[0].component.empty());
  REQUIRE(read.policies.size() == 1);
  CHECK(read.policies[0].apply_to == "all");
  REQUIRE(read.exchanges.size() == 1);
  CHECK_FALSE(read.exchanges[0].durable);
  CHECK(read.exchanges[0].internal);
  CHECK(read.exchanges[0].arguments == Headers{{"alternate-exchange", std::string("x")}});
  REQUIRE(read.queues.size() == 1);
  CHECK(read.queues[0].arguments.empty());
  REQUIRE(read.bindings.size() == 1);
  CHECK(read.bindings[0].to_exchange);
  CHECK(to_text(*read.bindings[0].arguments.find("b")) == "[1, 0.5, {c = true}]");
  CHECK(std::holds_alternative<HeaderVoid>(*read.bindings[0].arguments.find("a")));
}

TEST_CASE("definitions reader: what is no JSON is refused with its place") {
  CHECK(refusal("{\"queues\": [\n  {,\n]}").starts_with("d.json:2:4: not JSON: expected what"));
  CHECK(refusal("").starts_with("d.json:1:1: not JSON"));
  CHECK(refusal("{\"queues\": [\"\xff\"]}").starts_with("d.json:1:14: not JSON"));
  CHECK(refusal("{\"queues\": [1e999]}") == "d.json: has a number that is larger than a double");
  CHECK(refusal(fmt::format("{{\"queues\": {}", std::string(100'000, '['))) ==
        "d.json:1:75: is nested more than 64 deep: not a broker's definitions");
}

TEST_CASE("definitions reader: what is not RabbitMQ's is refused with its path") {
  CHECK(refusal("[]") == "d.json: expected an object, found a list");
  CHECK(refusal("{}").starts_with("d.json: has neither 'exchanges' nor 'queues': expected what"));
  CHECK(refusal(R"({"queues":{}})") == "d.json: queues: expected a list, found an object");
  CHECK(of_a_queue(R"("arguments":{})") == "d.json: queues[1]: has no 'name'");
  CHECK(of_a_queue(R"("name":7)") == "d.json: queues[1].name: expected a text, found a number");
  CHECK(of_a_queue(R"("name":"b","durable":"yes")") ==
        "d.json: queues[1].durable: expected true or false, found a text");
  CHECK(of_a_queue(R"("name":"b","arguments":[1])") ==
        "d.json: queues[1].arguments: expected an object, found a list");
  CHECK(of_a_queue(R"("name":"b","arguments":{"x":[1,{"y":18446744073709551615}]})") ==
        "d.json: queues[1].arguments.x[1].y: expected an integer of 64 bits, found a number");
  CHECK(of_a_queue(fmt::format(R"("name":"{}")", std::string(256, 'x'))) ==
        "d.json: queues[1].name: has 256 bytes; AMQP takes at most 255");
  CHECK(of_a_queue(fmt::format(R"("name":"b","arguments":{{"x":{}1{}}})", std::string(40, '['),
                               std::string(40, ']')))
            .ends_with(": more than 32 lists and objects are inside each other"));
  CHECK(refusal(R"({"queues":[],"bindings":[{"source":"a","destination":"b","routing_key":"",
                   "destination_type":"stream"}]})") ==
        "d.json: bindings[0].destination_type: expected \"queue\" or \"exchange\"");
  CHECK(refusal(R"({"queues":[],"policies":[{"name":"p","pattern":".*","priority":0.5}]})") ==
        "d.json: policies[0].priority: expected an integer of 64 bits, found a number");
}
