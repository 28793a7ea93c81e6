#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

TEST_CASE("a binding leads messages until it is removed") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = "amq.topic", .routing_key = "a.*"});
  driver.publish(client, {.exchange = "amq.topic", .key = "a.b"});
  driver.publish(client, {.exchange = "amq.topic", .key = "b.b"});
  CHECK(driver.waiting("q") == 1);
  driver.call<QueueUnbindOk>(client,
                             QueueUnbind{.queue = "q", .exchange = "amq.topic", .routing_key = "a.*"});
  driver.publish(client, {.exchange = "amq.topic", .key = "a.b"});
  CHECK(driver.waiting("q") == 1);
}

TEST_CASE("exchanges are bound to exchanges") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client, ExchangeDeclare{.exchange = "x", .type = "fanout"});
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = "x"});
  driver.call<ExchangeBindOk>(client,
                              ExchangeBind{.destination = "x", .source = "amq.direct", .routing_key = "k"});
  driver.publish(client, {.exchange = "amq.direct", .key = "k"});
  CHECK(driver.waiting("q") == 1);
  driver.call<ExchangeUnbindOk>(
      client, ExchangeUnbind{.destination = "x", .source = "amq.direct", .routing_key = "k"});
  driver.publish(client, {.exchange = "amq.direct", .key = "k"});
  CHECK(driver.waiting("q") == 1);
}

TEST_CASE("bindings that differ in arguments are several, each of which is removed by itself") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  const Headers first = {{"n", std::int64_t{1}}};
  const auto bind = [&](const Headers& arguments) {
    driver.call<QueueBindOk>(client,
                             QueueBind{.queue = "q", .exchange = "amq.fanout", .arguments = arguments});
  };
  const auto unbind = [&](const Headers& arguments) {
    driver.call<QueueUnbindOk>(client,
                               QueueUnbind{.queue = "q", .exchange = "amq.fanout", .arguments = arguments});
  };
  bind({});
  bind(first);
  driver.publish(client, {.exchange = "amq.fanout"});
  CHECK(driver.waiting("q") == 1);
  unbind({});
  driver.publish(client, {.exchange = "amq.fanout"});
  CHECK(driver.waiting("q") == 2);
  unbind(first);
  driver.publish(client, {.exchange = "amq.fanout"});
  CHECK(driver.waiting("q") == 2);
}

TEST_CASE("bindings that differ in a key to which nobody pays attention are several, too") {
  for (const char* exchange : {"amq.fanout", "amq.headers"}) {
    CAPTURE(exchange);
    DoorDriver driver;
    const ClientIndex client = driver.connect();
    driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
    const auto unbind = [&](const char* key) {
      driver.call<QueueUnbindOk>(client, QueueUnbind{.queue = "q", .exchange = exchange, .routing_key = key});
      driver.publish(client, {.exchange = exchange});
      return driver.call<QueuePurgeOk>(client, QueuePurge{.queue = "q"}).message_count;
    };
    for (const char* key : {"", "1", "2", "1"}) {
      driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = exchange, .routing_key = key});
    }
    CHECK(unbind("1") == 1);
    CHECK(unbind("") == 1);
    CHECK(unbind("none") == 1);
    CHECK(unbind("2") == 0);
    driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = exchange});
    CHECK(unbind("none") == 1);
  }
}

TEST_CASE("bindings of a headers exchange ask for all values, or for any") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  for (const char* match : {"all", "any"}) {
    driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = match});
    driver.call<QueueBindOk>(client, QueueBind{.queue = match,
                                               .exchange = "amq.headers",
                                               .arguments = {{"x-match", std::string(match)},
                                                             {"a", std::int64_t{1}},
                                                             {"b", std::int64_t{2}}}});
  }
  driver.publish(client, {.exchange = "amq.headers", .fields = {.headers = {{"b", std::int64_t{2}}}}});
  CHECK(driver.waiting("any") == 1);
  CHECK(driver.waiting("all") == 0);
  driver.publish(client, {.exchange = "amq.headers",
                          .fields = {.headers = {{"a", std::int64_t{1}}, {"b", std::int64_t{2}}}}});
  CHECK(driver.waiting("any") == 2);
  CHECK(driver.waiting("all") == 1);
  CHECK(
      driver.refusal(client, QueueBind{.queue = "any",
                                       .exchange = "amq.headers",
                                       .arguments = {{"x-match", std::string("most")}}}) ==
      "406 PRECONDITION_FAILED - Invalid x-match field value <<\"most\">>; expected all, any, all-with-x, or "
      "any-with-x");
}

TEST_CASE("what is not there cannot be bound, and to unbind it does nothing") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  CHECK(driver.refusal(client, QueueBind{.queue = "none", .exchange = "amq.fanout"}) ==
        "404 NOT_FOUND - no queue 'none' in vhost '/'");
  CHECK(driver.refusal(client, QueueBind{.queue = "q", .exchange = "none"}) ==
        "404 NOT_FOUND - no exchange 'none' in vhost '/'");
  CHECK(driver.refusal(client, ExchangeBind{.destination = "none", .source = "amq.fanout"}) ==
        "404 NOT_FOUND - no exchange 'none' in vhost '/'");
  const std::string of_default = "403 ACCESS_REFUSED - operation not permitted on the default exchange";
  CHECK(driver.refusal(client, QueueBind{.queue = "q"}) == of_default);
  CHECK(driver.refusal(client, ExchangeBind{.destination = "", .source = "amq.fanout"}) == of_default);
  driver.call<QueueUnbindOk>(client, QueueUnbind{.queue = "none", .exchange = "amq.fanout"});
  driver.call<QueueUnbindOk>(client, QueueUnbind{.queue = "q", .exchange = "none"});
  driver.call<QueueUnbindOk>(client, QueueUnbind{.queue = "q", .exchange = "amq.fanout"});
  driver.call<ExchangeUnbindOk>(client, ExchangeUnbind{.destination = "none", .source = "amq.fanout"});
}

TEST_CASE("bindings to a queue that is gone are gone, also when it comes back") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = "amq.fanout"});
  driver.call<QueueDeleteOk>(client, QueueDelete{.queue = "q"});
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.publish(client, {.exchange = "amq.fanout"});
  CHECK(driver.waiting("q") == 0);
}
