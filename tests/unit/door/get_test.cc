#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

TEST_CASE("basic.get takes the first message, and says how many are left") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<BasicGetEmpty>(client, BasicGet{.queue = "q"});
  driver.publish(client, {.key = "q", .body = "1"});
  driver.publish(client, {.key = "q", .body = "2"});
  const auto replies = driver.send(client, ClientMethod(BasicGet{.queue = "q"}));
  const auto got = DoorDriver::answer_in<BasicGetOk>(client, replies);
  CHECK(got.delivery_tag == 1);
  CHECK(got.message_count == 1);
  CHECK(got.routing_key == "q");
  CHECK_FALSE(got.redelivered);
  CHECK(bodies_in(client, replies) == std::vector<std::string>{"1"});
  driver.send(client, ClientMethod(BasicNack{.delivery_tag = 1, .requeue = true}));
  const auto again = driver.call<BasicGetOk>(client, BasicGet{.queue = "q", .no_ack = true});
  CHECK(again.redelivered);
  CHECK(again.delivery_tag == 2);
  CHECK(driver.refusal(client, BasicAck{.delivery_tag = 2}) ==
        "406 PRECONDITION_FAILED - unknown delivery tag 2");
  CHECK(driver.refusal(client, BasicGet{.queue = "none"}) == "404 NOT_FOUND - no queue 'none' in vhost '/'");
}

TEST_CASE("prefetch holds nothing back from basic.get") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<BasicQosOk>(client, BasicQos{.prefetch_count = 1, .global = true});
  driver.call<BasicQosOk>(client, BasicQos{.prefetch_count = 1});
  for (int left = 3; left > 0; --left) driver.publish(client, {.key = "q"});
  for (std::uint64_t tag = 1; tag <= 3; ++tag)
    CHECK(driver.call<BasicGetOk>(client, BasicGet{.queue = "q"}).delivery_tag == tag);
}

TEST_CASE("one who gets is no consumer, and what it has not settled goes back with its channel") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .auto_delete = true});
  driver.publish(client, {.key = "q"});
  driver.call<BasicGetOk>(client, BasicGet{.queue = "q"});
  CHECK(driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .passive = true}).consumer_count == 0);
  driver.call<ChannelCloseOk>(client, ChannelClose{});
  CHECK(driver.waiting("q") == 1);
}

TEST_CASE("a queue that comes back is got from again") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  for (int times = 0; times < 2; ++times) {
    driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
    driver.publish(client, {.key = "q"});
    driver.publish(client, {.key = "q"});
    driver.call<BasicGetOk>(client, BasicGet{.queue = "q"});
    driver.call<QueueDeleteOk>(client, QueueDelete{.queue = "q"});
  }
  CHECK(driver.refusal(client, BasicAck{.delivery_tag = 0, .multiple = true}).empty());
}

TEST_CASE("of a quorum queue each message says how often it came back") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(
      client,
      QueueDeclare{.queue = "q", .durable = true, .arguments = {{"x-queue-type", std::string("quorum")}}});
  driver.publish(client, {.key = "q"});
  for (std::int64_t count = 0; count < 2; ++count) {
    const auto replies = driver.send(client, ClientMethod(BasicGet{.queue = "q"}));
    const std::int64_t* said = replies.at(0).content->headers().find_integer("x-delivery-count");
    REQUIRE(said != nullptr);
    CHECK(*said == count);
    driver.send(client, ClientMethod(BasicReject{.delivery_tag = static_cast<std::uint64_t>(count) + 1}));
  }
}
