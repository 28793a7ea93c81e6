#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

TEST_CASE("a channel that was closed by an error waits for the client's answer, and then opens anew") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const auto failed = driver.send(client, ClientMethod(BasicGet{.queue = "none"}));
  const auto close = DoorDriver::answer_in<ChannelClose>(client, failed);
  CHECK(close.cause == BasicGet::kId);
  // Until then nothing is done.
  CHECK(driver.send(client, ClientMethod(QueueDeclare{.queue = "q"})).empty());
  CHECK(driver.publish(client, {.key = "q", .mandatory = true}).empty());
  CHECK(driver.send(client, ClientMethod(ChannelOpen{})).empty());
  driver.call<ChannelCloseOk>(client, ChannelClose{});  // which crossed the broker's
  CHECK(driver.send(client, ClientMethod(QueueDeclare{.queue = "q"})).empty());
  CHECK(driver.send(client, ClientMethod(ChannelCloseOk{})).empty());
  driver.call<ChannelOpenOk>(client, ChannelOpen{});
  CHECK_FALSE(driver.waiting("q").has_value());
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
}

TEST_CASE("a channel forgets with its end what was set on it") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<ConfirmSelectOk>(client, ConfirmSelect{});
  driver.call<BasicQosOk>(client, BasicQos{.prefetch_count = 1});
  driver.publish(client, {.key = "q"});
  driver.call<BasicGetOk>(client, BasicGet{.queue = "q"});
  driver.call<ChannelCloseOk>(client, ChannelClose{});
  driver.call<ChannelOpenOk>(client, ChannelOpen{});
  CHECK(driver.publish(client, {.key = "q"}).empty());  // no confirms
  const auto replies = driver.send(client, ClientMethod(BasicConsume{.queue = "q"}));
  const auto deliveries = answers_in<BasicDeliver>(client, replies);
  REQUIRE(deliveries.size() == 2);
  CHECK(deliveries[0].delivery_tag == 1);
  CHECK(deliveries[0].redelivered);
  CHECK(driver.refusal(client, QueueBind{.exchange = "amq.fanout"}) ==
        "404 NOT_FOUND - no previously declared queue");
}

TEST_CASE("channels are opened before they are used, once, and no more than agreed upon") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  CHECK(driver.refusal(driver.connect(), QueueDeclare{.queue = "q"}, 7) ==
        "connection 504 CHANNEL_ERROR - expected 'channel.open'");
  CHECK(driver.refusal(driver.connect(), ChannelOpen{}) ==
        "connection 504 CHANNEL_ERROR - second 'channel.open' seen");
  const ClientIndex limited(9);
  driver.send(limited, ClientOpened{.user = "guest", .virtual_host = "/", .channel_max = 2}, 0);
  driver.call<ChannelOpenOk>(limited, ChannelOpen{}, 10);
  driver.call<ChannelOpenOk>(limited, ChannelOpen{}, 20);
  CHECK(driver.refusal(limited, ChannelOpen{}, 30) ==
        "connection 530 NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max "
        "(2)");
  CHECK(driver.door().clients() == 1);
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
}

TEST_CASE("a client that closes its connection is answered, and nothing of it is left") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const ClientIndex other = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "mine", .exclusive = true});
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.publish(client, {.key = "q"});
  driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "q"});
  driver.take_told();
  driver.call<ConnectionCloseOk>(client, ConnectionClose{.reply_code = 200}, 0);
  CHECK(driver.send(client, ClientMethod(QueueDeclare{.queue = "late"})).empty());
  CHECK(driver.send(client, ClientGone(), 0).empty());
  CHECK_FALSE(driver.waiting("mine").has_value());
  CHECK_FALSE(driver.waiting("late").has_value());
  CHECK(driver.waiting("q") == 1);
  CHECK(driver.broker().queue_state(*driver.broker().find("q")).streams == 0);
  CHECK(driver.door().clients() == 1);
  const std::vector<ToldEvent> told = driver.take_told();
  CHECK(told.back().client == client);
  CHECK(told.back().code == EventCode::kDisconnected);
  driver.call<BasicGetOk>(other, BasicGet{.queue = "q"});
}

TEST_CASE("an error that ends the connection ends all its channels") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ChannelOpenOk>(client, ChannelOpen{}, 2);
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.publish(client, {.key = "q"});
  driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "q"}, 2);
  const auto replies = driver.send(client, ClientMethod(BasicRecover{.requeue = false}), 1);
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].channel == 0);
  CHECK(driver.waiting("q") == 1);
  CHECK(driver.door().clients() == 0);
}

TEST_CASE("who breaks the protocol is told so, on its channel or for good") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const ClientFailed failed{
      .code = 406, .text = "PRECONDITION_FAILED - too large", .cause = BasicPublish::kId};
  CHECK(driver.refusal_in(client, 1, driver.send(client, failed, 1)) ==
        "406 PRECONDITION_FAILED - too large");
  CHECK(driver.send(client, failed, 5).empty());  // no such channel
  const ClientFailed lost{.code = 501, .text = "FRAME_ERROR - odd"};
  CHECK(driver.refusal_in(client, 1, driver.send(client, lost, 0)) == "connection 501 FRAME_ERROR - odd");
  CHECK(driver.send(client, lost, 0).empty());
}

TEST_CASE("commands of a client that was never opened, or is opened twice, do nothing") {
  DoorDriver driver;
  const ClientIndex unknown(9);
  CHECK(driver.send(unknown, ClientMethod(ChannelOpen{})).empty());
  CHECK(driver.send(unknown, ClientGone(), 0).empty());
  CHECK(driver.send(unknown, ClientWritten{.mark = UINT64_MAX}, 0).empty());
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.send(client, ClientOpened{.user = "other", .virtual_host = "/other"}, 0);
  CHECK(driver.refusal(client, BasicGet{.queue = "none"}) == "404 NOT_FOUND - no queue 'none' in vhost '/'");
}
