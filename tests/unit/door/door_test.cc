#include "door/door.h"

#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using wire::BasicAck;
using wire::BasicConsume;
using wire::BasicConsumeOk;
using wire::BasicDeliver;
using wire::ChannelClose;
using wire::QueueDeclare;
using wire::QueueDeclareOk;

TEST_CASE("what one client publishes another one gets, and settles") {
  DoorDriver driver;
  const ClientIndex writer = driver.connect();
  const ClientIndex reader = driver.connect();
  driver.call<QueueDeclareOk>(writer, QueueDeclare{.queue = "q"});
  driver.call<wire::ConfirmSelectOk>(writer, wire::ConfirmSelect{});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "t"});

  const auto replies = driver.publish(writer, {.key = "q", .body = "one"});
  CHECK(DoorDriver::answer_in<BasicAck>(writer, replies).delivery_tag == 1);
  const auto others = driver.take_others();
  const auto delivered = DoorDriver::answer_in<BasicDeliver>(reader, others);
  CHECK(delivered.delivery_tag == 1);
  CHECK(delivered.consumer_tag == "t");
  CHECK(delivered.routing_key == "q");
  CHECK(delivered.exchange.empty());
  CHECK_FALSE(delivered.redelivered);
  CHECK(driver.broker().load(*driver.broker().find("q")).unacknowledged == 1);

  driver.send(reader, wire::ClientMethod(BasicAck{.delivery_tag = 1}));
  CHECK(driver.broker().load(*driver.broker().find("q")).unacknowledged == 0);
  const auto close = driver.call<ChannelClose>(reader, BasicAck{.delivery_tag = 1});
  CHECK(close.reply_code == 406);
  CHECK(close.reply_text == "PRECONDITION_FAILED - unknown delivery tag 1");
}

TEST_CASE("what a client had not settled when it went goes to another one") {
  DoorDriver driver;
  const ClientIndex writer = driver.connect();
  const ClientIndex first = driver.connect();
  driver.call<QueueDeclareOk>(writer, QueueDeclare{.queue = "q"});
  driver.call<BasicConsumeOk>(first, BasicConsume{.queue = "q"});
  for (const char* body : {"1", "2", "3"}) driver.publish(writer, {.key = "q", .body = body});
  const ClientIndex second = driver.connect();
  driver.call<BasicConsumeOk>(second, BasicConsume{.queue = "q"});
  driver.take_others();

  driver.send(first, ClientGone());
  const auto others = driver.take_others();
  REQUIRE(others.size() == 3);
  CHECK(others[0].client == second);
  CHECK(DoorDriver::answer_in<BasicDeliver>(second, others).redelivered);
  CHECK(driver.door().clients() == 2);
}

TEST_CASE("who returns or acknowledges all that it holds may hold nothing") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.send(client, wire::ClientMethod(wire::BasicNack{.delivery_tag = 0, .multiple = true}));
  driver.send(client, wire::ClientMethod(BasicAck{.delivery_tag = 0, .multiple = true}));
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
}
