#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

ExchangeDeclare exchange(const std::string& name, const std::string& type = "fanout") {
  return {.exchange = name, .type = type};
}

}  // namespace

TEST_CASE("an exchange is declared, declared again, and deleted") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client, exchange("x"));
  driver.call<ExchangeDeclareOk>(client, exchange("x"));
  driver.call<ExchangeDeclareOk>(client, ExchangeDeclare{.exchange = "x", .type = "", .passive = true});
  driver.call<ExchangeDeleteOk>(client, ExchangeDelete{.exchange = "x"});
  CHECK(driver.refusal(client, ExchangeDeclare{.exchange = "x", .passive = true}) ==
        "404 NOT_FOUND - no exchange 'x' in vhost '/'");
  // It may then be another one.
  driver.call<ExchangeDeclareOk>(client, exchange("x", "topic"));
}

TEST_CASE("an exchange that is declared again must be the same") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client, exchange("x"));
  const std::string differs = "406 PRECONDITION_FAILED - inequivalent arg ";
  CHECK(driver.refusal(client, exchange("x", "topic")) ==
        differs + "'type' for exchange 'x' in vhost '/': received 'topic' but current is 'fanout'");
  CHECK(driver.refusal(client, ExchangeDeclare{.exchange = "x", .type = "fanout", .durable = true}) ==
        differs + "'durable' for exchange 'x' in vhost '/': received 'true' but current is 'false'");
  CHECK(driver.refusal(client, ExchangeDeclare{.exchange = "x", .type = "fanout", .auto_delete = true}) ==
        differs + "'auto_delete' for exchange 'x' in vhost '/': received 'true' but current is 'false'");
  CHECK(driver.refusal(client, ExchangeDeclare{.exchange = "x", .type = "fanout", .internal = true}) ==
        differs + "'internal' for exchange 'x' in vhost '/': received 'true' but current is 'false'");
  CHECK(driver.refusal(client, ExchangeDeclare{.exchange = "x",
                                               .type = "fanout",
                                               .arguments = {{"alternate-exchange", std::string("y")}}}) ==
        differs +
            "'alternate-exchange' for exchange 'x' in vhost '/': received the value 'y' of type "
            "'longstr' but current is none");
}

TEST_CASE("what no exchange can be is refused") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const std::string of_default = "403 ACCESS_REFUSED - operation not permitted on the default exchange";
  CHECK(driver.refusal(client, exchange("")) == of_default);
  CHECK(driver.refusal(client, ExchangeDeclare{.exchange = "", .passive = true}) == of_default);
  CHECK(driver.refusal(client, ExchangeDelete{.exchange = ""}) == of_default);
  CHECK(driver.refusal(client, exchange("amq.mine")) ==
        "403 ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'");
  CHECK(driver.refusal(client, ExchangeDelete{.exchange = "amq.direct"}) ==
        "403 ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed");
  CHECK(driver.refusal(client, ExchangeDeclare{.exchange = "x",
                                               .type = "fanout",
                                               .arguments = {{"alternate-exchange", std::int64_t{3}}}}) ==
        "406 PRECONDITION_FAILED - invalid type 'long' for arg 'alternate-exchange' in exchange 'x' in vhost "
        "'/'");
  CHECK(driver.refusal(client, exchange("x", "x-odd")) ==
        "connection 503 COMMAND_INVALID - unknown exchange type 'x-odd'");
}

TEST_CASE("every broker has the exchanges of RabbitMQ") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  for (const char* name : {"amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match"}) {
    CAPTURE(name);
    driver.call<ExchangeDeclareOk>(client, ExchangeDeclare{.exchange = name, .passive = true});
  }
  driver.call<ExchangeDeclareOk>(client,
                                 ExchangeDeclare{.exchange = "amq.topic", .type = "topic", .durable = true});
}

TEST_CASE("line ends in names of exchanges and queues are taken out") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client, exchange("x\r\ny"));
  driver.call<ExchangeDeclareOk>(client, ExchangeDeclare{.exchange = "xy", .passive = true});
  CHECK(driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "a\nb"}).queue == "ab");
}

TEST_CASE("an exchange that is in use is not deleted if it must be unused") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client, exchange("x"));
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = "x"});
  CHECK(driver.refusal(client, ExchangeDelete{.exchange = "x", .if_unused = true}) ==
        "406 PRECONDITION_FAILED - exchange 'x' in vhost '/' in use");
  driver.call<QueueUnbindOk>(client, QueueUnbind{.queue = "q", .exchange = "x"});
  driver.call<ExchangeDeleteOk>(client, ExchangeDelete{.exchange = "x", .if_unused = true});
  driver.call<ExchangeDeleteOk>(client, ExchangeDelete{.exchange = "x", .if_unused = true});  // it is gone
}

TEST_CASE("an exchange with auto-delete goes with its last binding, and takes others with it") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const auto is_there = [&](const char* name) {
    return driver.refusal(client, ExchangeDeclare{.exchange = name, .passive = true}).empty();
  };
  for (const char* name : {"first", "second", "never-bound"}) {
    driver.call<ExchangeDeclareOk>(client,
                                   ExchangeDeclare{.exchange = name, .type = "fanout", .auto_delete = true});
  }
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<ExchangeBindOk>(client, ExchangeBind{.destination = "second", .source = "first"});
  driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = "second", .routing_key = "1"});
  driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = "second", .routing_key = "2"});
  driver.call<QueueUnbindOk>(client, QueueUnbind{.queue = "q", .exchange = "second", .routing_key = "1"});
  CHECK(is_there("second"));
  driver.call<QueueDeleteOk>(client, QueueDelete{.queue = "q"});
  CHECK_FALSE(is_there("second"));
  CHECK_FALSE(is_there("first"));
  CHECK(is_there("never-bound"));
}

TEST_CASE("what an exchange does not take its alternate exchange gets") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client, exchange("rest"));
  driver.call<ExchangeDeclareOk>(
      client,
      ExchangeDeclare{
          .exchange = "x", .type = "direct", .arguments = {{"alternate-exchange", std::string("rest")}}});
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<QueueBindOk>(client, QueueBind{.queue = "q", .exchange = "rest"});
  CHECK(driver.publish(client, {.exchange = "x", .key = "k", .mandatory = true}).empty());
  CHECK(driver.waiting("q") == 1);
}

TEST_CASE("with no-wait nothing is answered") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const auto answers = [&](auto method) { return driver.send(client, ClientMethod(method)).size(); };
  CHECK(answers(ExchangeDeclare{.exchange = "x", .type = "fanout", .no_wait = true}) == 0);
  CHECK(answers(QueueDeclare{.queue = "q", .no_wait = true}) == 0);
  CHECK(answers(QueueBind{.queue = "q", .exchange = "x", .no_wait = true}) == 0);
  CHECK(answers(ExchangeBind{.destination = "x", .source = "amq.fanout", .no_wait = true}) == 0);
  CHECK(answers(ExchangeUnbind{.destination = "x", .source = "amq.fanout", .no_wait = true}) == 0);
  CHECK(answers(ConfirmSelect{.no_wait = true}) == 0);
  CHECK(answers(BasicConsume{.queue = "q", .consumer_tag = "t", .no_wait = true}) == 0);
  CHECK(answers(BasicCancel{.consumer_tag = "t", .no_wait = true}) == 0);
  CHECK(answers(QueuePurge{.queue = "q", .no_wait = true}) == 0);
  CHECK(answers(QueueDelete{.queue = "q", .no_wait = true}) == 0);
  CHECK(answers(ExchangeDelete{.exchange = "x", .no_wait = true}) == 0);
  CHECK_FALSE(driver.waiting("q").has_value());
}
