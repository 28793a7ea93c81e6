#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

HeaderValue text(const char* value) { return std::string(value); }
HeaderValue number(std::int64_t value) { return value; }

std::string locked(const std::string& queue) {
  return "405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '" + queue +
         "' in vhost '/'. It could be originally declared on another connection or the exclusive property "
         "value does not match that of the original declaration.";
}

}  // namespace

TEST_CASE("a queue is declared, and says how many messages and consumers it has") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const auto made = driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  CHECK(made.queue == "q");
  CHECK(made.message_count == 0);
  driver.publish(client, {.key = "q", .body = "1"});
  driver.publish(client, {.key = "q", .body = "2"});
  CHECK(driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .passive = true}).message_count == 2);
  driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "q"});
  const auto again = driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  CHECK(again.message_count == 0);
  CHECK(again.consumer_count == 1);
}

TEST_CASE("a queue without a name gets one, which then stands for an empty name") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  CHECK(driver.refusal(client, BasicGet{}) == "404 NOT_FOUND - no previously declared queue");
  const auto first = driver.call<QueueDeclareOk>(client, QueueDeclare{});
  const auto second = driver.call<QueueDeclareOk>(client, QueueDeclare{});
  CHECK(first.queue.starts_with("amq.gen-"));
  CHECK(first.queue.size() == 30);
  CHECK(first.queue != second.queue);
  // An empty key is then the name as well.
  driver.call<QueueBindOk>(client, QueueBind{.exchange = "amq.direct"});
  driver.publish(client, {.exchange = "amq.direct", .key = second.queue});
  CHECK(driver.waiting(second.queue) == 1);
  driver.call<BasicGetOk>(client, BasicGet{.no_ack = true});
  driver.call<BasicConsumeOk>(client, BasicConsume{});
  driver.call<QueuePurgeOk>(client, QueuePurge{});
  driver.call<QueueDeleteOk>(client, QueueDelete{});
  CHECK_FALSE(driver.waiting(second.queue).has_value());
}

TEST_CASE("a queue that is declared again must be the same") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<QueueDeclareOk>(
      client, QueueDeclare{.queue = "full", .arguments = {{"x-max-length", number(1)}, {"mine", number(2)}}});
  const std::string differs = "406 PRECONDITION_FAILED - inequivalent arg ";
  CHECK(driver.refusal(client, QueueDeclare{.queue = "q", .durable = true}) ==
        differs + "'durable' for queue 'q' in vhost '/': received 'true' but current is 'false'");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "q", .auto_delete = true}) ==
        differs + "'auto_delete' for queue 'q' in vhost '/': received 'true' but current is 'false'");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "q", .exclusive = true}) == locked("q"));
  CHECK(driver.refusal(client, QueueDeclare{.queue = "q", .arguments = {{"x-max-length", number(3)}}}) ==
        differs +
            "'x-max-length' for queue 'q' in vhost '/': received the value '3' of type 'long' but "
            "current is none");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "full", .arguments = {{"x-max-length", number(2)}}}) ==
        differs + "'x-max-length' for queue 'full' in vhost '/': received '2' but current is '1'");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "full"}) ==
        differs +
            "'x-max-length' for queue 'full' in vhost '/': received none but current is the value '1' "
            "of type 'long'");
  // RabbitMQ does not compare arguments that it does not know, nor the widths of numbers.
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .arguments = {{"mine", number(2)}}});
  driver.call<QueueDeclareOk>(
      client, QueueDeclare{.queue = "full", .arguments = {{"x-max-length", NarrowInteger(std::int32_t{1})}}});
  driver.call<QueueDeclareOk>(client,
                              QueueDeclare{.queue = "q", .arguments = {{"x-queue-type", text("classic")}}});
}

TEST_CASE("arguments that mean nothing are refused in RabbitMQ's words") {
  struct Wrong {
    Headers arguments;
    std::string why;
    bool durable = true;
  };
  const auto invalid = [](const std::string& name, const std::string& why) {
    return "invalid arg '" + name + "' for queue 'q' in vhost '/': " + why;
  };
  const std::vector<Wrong> all = {
      {{{"x-max-length", number(-1)}}, invalid("x-max-length", "{value_negative,-1}")},
      {{{"x-max-length", true}}, invalid("x-max-length", "\"expected integer, got bool\"")},
      {{{"x-message-ttl", text("5")}}, invalid("x-message-ttl", "\"expected integer, got longstr\"")},
      {{{"x-message-ttl", number(315'360'000'001)}},
       invalid("x-message-ttl", "{value_too_large,315360000001}")},
      {{{"x-expires", number(0)}}, invalid("x-expires", "{value_zero,0}")},
      {{{"x-overflow", text("bad")}}, invalid("x-overflow", "invalid_overflow")},
      {{{"x-max-priority", number(256)}}, invalid("x-max-priority", "{max_value_exceeded,256}")},
      {{{"x-dead-letter-routing-key", text("k")}},
       invalid("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined")},
      {{{"x-queue-mode", text("odd")}}, invalid("x-queue-mode", "\"unsupported queue mode 'odd'\"")},
      {{{"x-queue-type", text("odd")}}, invalid("x-queue-type", "\"unsupported queue type 'odd'\"")},
      {{{"x-single-active-consumer", text("yes")}},
       invalid("x-single-active-consumer", "{unacceptable_type,longstr}")},
      {{{"x-delivery-limit", number(1)}},
       "invalid arg 'x-delivery-limit' for queue 'q' in vhost '/' of queue type rabbit_classic_queue"},
      {{{"x-queue-type", text("quorum")}, {"x-max-priority", number(3)}},
       "invalid arg 'x-max-priority' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue"},
      {{{"x-queue-type", text("quorum")}},
       "invalid property 'non-durable' for queue 'q' in vhost '/'",
       false},
  };
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  for (const Wrong& wrong : all) {
    CAPTURE(wrong.why);
    CHECK(driver.refusal(
              client, QueueDeclare{.queue = "q", .durable = wrong.durable, .arguments = wrong.arguments}) ==
          "406 PRECONDITION_FAILED - " + wrong.why);
    CHECK_FALSE(driver.waiting("q").has_value());
  }
  CHECK(driver.refusal(client,
                       QueueDeclare{.durable = true, .arguments = {{"x-queue-type", text("quorum")}}}) ==
        "406 PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "amq.mine"}) ==
        "403 ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "", .passive = true}) ==
        "404 NOT_FOUND - no queue '' in vhost '/'");
}

TEST_CASE("arguments of a queue do what they say") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "dead"});
  driver.call<QueueDeclareOk>(client,
                              QueueDeclare{.queue = "q",
                                           .arguments = {{"x-message-ttl", number(10)},
                                                         {"x-max-length", number(2)},
                                                         {"x-dead-letter-exchange", text("")},
                                                         {"x-dead-letter-routing-key", text("dead")}}});
  for (const char* body : {"1", "2", "3"}) driver.publish(client, {.key = "q", .body = body});
  CHECK(driver.waiting("q") == 2);
  CHECK(driver.waiting("dead") == 1);
  driver.advance(10'000'000);
  CHECK(driver.waiting("q") == 0);
  CHECK(driver.waiting("dead") == 3);
}

TEST_CASE("an exclusive queue is its connection's alone, and goes with it") {
  DoorDriver driver;
  const ClientIndex owner = driver.connect();
  const ClientIndex other = driver.connect();
  driver.call<QueueDeclareOk>(owner, QueueDeclare{.queue = "q", .exclusive = true});
  CHECK(driver.refusal(other, QueueDeclare{.queue = "q", .exclusive = true}) == locked("q"));
  CHECK(driver.refusal(other, QueueDeclare{.queue = "q", .passive = true}) == locked("q"));
  CHECK(driver.refusal(other, BasicConsume{.queue = "q"}) == locked("q"));
  CHECK(driver.refusal(other, BasicGet{.queue = "q"}) == locked("q"));
  CHECK(driver.refusal(other, QueueBind{.queue = "q", .exchange = "amq.fanout"}) == locked("q"));
  CHECK(driver.refusal(other, QueuePurge{.queue = "q"}) == locked("q"));
  CHECK(driver.refusal(other, QueueDelete{.queue = "q"}) == locked("q"));
  CHECK(driver.refusal(other, QueueUnbind{.queue = "q", .exchange = "amq.fanout"}).empty());
  driver.publish(other, {.key = "q"});
  CHECK(driver.waiting("q") == 1);
  driver.send(owner, ClientGone());
  CHECK_FALSE(driver.waiting("q").has_value());
  driver.call<QueueDeclareOk>(other, QueueDeclare{.queue = "q"});
}

TEST_CASE("a queue with auto-delete goes with its last consumer") {
  DoorDriver driver;
  const ClientIndex first = driver.connect();
  const ClientIndex second = driver.connect();
  driver.call<QueueDeclareOk>(first, QueueDeclare{.queue = "q", .auto_delete = true});
  driver.call<BasicConsumeOk>(first, BasicConsume{.queue = "q", .consumer_tag = "t"});
  driver.call<BasicConsumeOk>(second, BasicConsume{.queue = "q"});
  driver.call<BasicCancelOk>(first, BasicCancel{.consumer_tag = "t"});
  CHECK(driver.waiting("q").has_value());
  driver.send(second, ClientGone());
  CHECK_FALSE(driver.waiting("q").has_value());
  CHECK(driver.refusal(first, QueueDeclare{.queue = "q", .passive = true}) ==
        "404 NOT_FOUND - no queue 'q' in vhost '/'");
}

TEST_CASE("a queue that nobody uses expires, and is then unknown") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .arguments = {{"x-expires", number(10)}}});
  driver.advance(9'000'000);
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .arguments = {{"x-expires", number(10)}}});
  driver.advance(9'000'000);
  CHECK(driver.waiting("q") == 0);
  driver.advance(1'000'000);
  CHECK(driver.refusal(client, BasicGet{.queue = "q"}) == "404 NOT_FOUND - no queue 'q' in vhost '/'");
}

TEST_CASE("a queue is deleted with what it holds, unless it must be unused or empty") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const ClientIndex reader = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "t"});
  CHECK(driver.refusal(client, QueueDelete{.queue = "q", .if_unused = true}) ==
        "406 PRECONDITION_FAILED - queue 'q' in vhost '/' in use");
  driver.call<BasicCancelOk>(reader, BasicCancel{.consumer_tag = "t"});
  driver.publish(client, {.key = "q"});
  driver.publish(client, {.key = "q"});
  CHECK(driver.refusal(client, QueueDelete{.queue = "q", .if_empty = true}) ==
        "406 PRECONDITION_FAILED - queue 'q' in vhost '/' not empty");
  CHECK(driver.call<QueueDeleteOk>(client, QueueDelete{.queue = "q"}).message_count == 2);
  CHECK(driver.call<QueueDeleteOk>(client, QueueDelete{.queue = "q"}).message_count == 0);
}

TEST_CASE("a purge takes what waits, and nothing that was delivered") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  for (int left = 3; left > 0; --left) driver.publish(client, {.key = "q"});
  driver.call<BasicGetOk>(client, BasicGet{.queue = "q"});
  CHECK(driver.call<QueuePurgeOk>(client, QueuePurge{.queue = "q"}).message_count == 2);
  CHECK(driver.waiting("q") == 0);
  driver.send(client, ClientMethod(BasicReject{.delivery_tag = 1, .requeue = true}));
  CHECK(driver.waiting("q") == 1);
  CHECK(driver.refusal(client, QueuePurge{.queue = "none"}) ==
        "404 NOT_FOUND - no queue 'none' in vhost '/'");
}
