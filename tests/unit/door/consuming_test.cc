#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

// A client that publishes, with the queue "q".
ClientIndex writer_in(DoorDriver& driver, const Headers& arguments = {}) {
  const ClientIndex writer = driver.connect();
  driver.call<QueueDeclareOk>(writer, QueueDeclare{.queue = "q", .durable = true, .arguments = arguments});
  return writer;
}

void publish(DoorDriver& driver, ClientIndex writer, int count) {
  for (int left = count; left > 0; --left) driver.publish(writer, {.key = "q"});
}

std::size_t deliveries(DoorDriver& driver, ClientIndex client) {
  return answers_in<BasicDeliver>(client, driver.take_others()).size();
}

ClientMethod ack(std::uint64_t tag, bool multiple = false) {
  return BasicAck{.delivery_tag = tag, .multiple = multiple};
}

}  // namespace

TEST_CASE("prefetch limits what each consumer holds, from those that start after it") {
  DoorDriver driver;
  const ClientIndex writer = writer_in(driver);
  const ClientIndex reader = driver.connect();
  driver.call<BasicQosOk>(reader, BasicQos{.prefetch_count = 2});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "two"});
  driver.call<BasicQosOk>(reader, BasicQos{.prefetch_count = 1});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "one"});
  publish(driver, writer, 10);
  CHECK(deliveries(driver, reader) == 3);
  CHECK(answers_in<BasicDeliver>(reader, driver.send(reader, ack(1))).size() == 1);
  CHECK(answers_in<BasicDeliver>(reader, driver.send(reader, ack(0, true))).size() == 3);
  CHECK(driver.waiting("q") == 3);
}

TEST_CASE("a global prefetch limits what the channel holds, and another channel not") {
  DoorDriver driver;
  const ClientIndex writer = writer_in(driver);
  const ClientIndex reader = driver.connect();
  driver.call<ChannelOpenOk>(reader, ChannelOpen{}, 2);
  driver.call<BasicQosOk>(reader, BasicQos{.prefetch_count = 3, .global = true});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "a"});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "b"});
  publish(driver, writer, 10);
  CHECK(deliveries(driver, reader) == 3);
  const auto more = driver.send(reader, ClientMethod(BasicQos{.prefetch_count = 5, .global = true}));
  CHECK(answers_in<BasicDeliver>(reader, more).size() == 2);
  const auto other = driver.send(reader, ClientMethod(BasicConsume{.queue = "q"}), 2);
  CHECK(answers_in<BasicDeliver>(reader, other).size() == 5);
}

TEST_CASE("a consumer that does not acknowledge holds nothing") {
  DoorDriver driver;
  const ClientIndex writer = writer_in(driver);
  const ClientIndex reader = driver.connect();
  driver.call<BasicQosOk>(reader, BasicQos{.prefetch_count = 1});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .no_ack = true});
  publish(driver, writer, 3);
  CHECK(deliveries(driver, reader) == 3);
  CHECK(driver.refusal(reader, BasicAck{.delivery_tag = 1}) ==
        "406 PRECONDITION_FAILED - unknown delivery tag 1");
}

TEST_CASE("an exclusive consumer is alone at its queue") {
  DoorDriver driver;
  writer_in(driver);
  const ClientIndex first = driver.connect();
  const ClientIndex second = driver.connect();
  const std::string in_use = "403 ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use";
  const BasicConsume exclusive{.queue = "q", .consumer_tag = "t", .exclusive = true};
  driver.call<BasicConsumeOk>(first, exclusive);
  CHECK(driver.refusal(second, BasicConsume{.queue = "q"}) == in_use);
  CHECK(driver.refusal(first, BasicConsume{.queue = "q"}) == in_use);  // which closes its channel
  driver.call<BasicConsumeOk>(second, BasicConsume{.queue = "q", .consumer_tag = "t"});
  CHECK(driver.refusal(first, exclusive) == in_use);
  driver.call<BasicCancelOk>(second, BasicCancel{.consumer_tag = "t"});
  driver.call<BasicConsumeOk>(first, exclusive);
  driver.call<BasicGetEmpty>(second, BasicGet{.queue = "q"});  // which is no consumer
}

TEST_CASE("a tag of a consumer is used once at a time") {
  DoorDriver driver;
  writer_in(driver);
  const ClientIndex reader = driver.connect();
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "t"});
  driver.call<BasicCancelOk>(reader, BasicCancel{.consumer_tag = "t"});
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "t"});
  const auto made = driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q"});
  CHECK(made.consumer_tag.starts_with("amq.ctag-"));
  CHECK(driver.refusal(reader, BasicConsume{.queue = "q", .consumer_tag = "t"}) ==
        "connection 530 NOT_ALLOWED - attempt to reuse consumer tag 't'");
}

TEST_CASE("a cancelled consumer gets nothing more, and what it holds it may settle") {
  DoorDriver driver;
  const ClientIndex writer = writer_in(driver);
  const ClientIndex reader = driver.connect();
  driver.call<BasicConsumeOk>(reader, BasicConsume{.queue = "q", .consumer_tag = "t"});
  publish(driver, writer, 2);
  driver.call<BasicCancelOk>(reader, BasicCancel{.consumer_tag = "t"});
  driver.call<BasicCancelOk>(reader, BasicCancel{.consumer_tag = "t"});  // is ignored, as RabbitMQ does
  driver.take_others();
  publish(driver, writer, 1);
  CHECK(deliveries(driver, reader) == 0);
  driver.send(reader, ack(1));
  driver.send(reader, ClientMethod(BasicReject{.delivery_tag = 2, .requeue = true}));
  CHECK(driver.waiting("q") == 2);
}

TEST_CASE("consumers of a queue that is deleted are told, if they want to be") {
  DoorDriver driver;
  const ClientIndex writer = writer_in(driver);
  const ClientIndex told = driver.connect();
  const ClientIndex not_told(77);
  driver.send(not_told,
              ClientOpened{.user = "guest",
                           .virtual_host = "/",
                           .permissions = {.configure = ".*", .write = ".*", .read = ".*"},
                           .channel_max = 8},
              0);
  driver.call<ChannelOpenOk>(not_told, ChannelOpen{});
  for (const ClientIndex client : {told, not_told})
    driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "q", .consumer_tag = "t"});
  publish(driver, writer, 2);
  driver.take_others();
  driver.call<QueueDeleteOk>(writer, QueueDelete{.queue = "q"});
  const auto others = driver.take_others();
  CHECK(answers_in<BasicCancel>(told, others).at(0).consumer_tag == "t");
  CHECK(answers_in<BasicCancel>(told, others).at(0).no_wait);
  CHECK(answers_in<BasicCancel>(not_told, others).empty());
  // What it holds of the queue may be settled, though nothing comes of it.
  CHECK(driver.refusal(told, BasicAck{.delivery_tag = 1}).empty());
  CHECK(driver.refusal(not_told, BasicNack{.delivery_tag = 1, .requeue = true}).empty());
  driver.call<QueueDeclareOk>(writer, QueueDeclare{.queue = "q"});
  CHECK(driver.waiting("q") == 0);
  driver.call<BasicConsumeOk>(told, BasicConsume{.queue = "q", .consumer_tag = "t"});
}

TEST_CASE("a consumer of a higher priority gets messages first") {
  DoorDriver driver;
  const ClientIndex writer = writer_in(driver);
  const ClientIndex low = driver.connect();
  const ClientIndex high = driver.connect();
  driver.call<BasicConsumeOk>(low, BasicConsume{.queue = "q"});
  driver.call<BasicQosOk>(high, BasicQos{.prefetch_count = 2});
  driver.call<BasicConsumeOk>(high,
                              BasicConsume{.queue = "q", .arguments = {{"x-priority", std::int64_t{5}}}});
  publish(driver, writer, 3);
  const auto others = driver.take_others();
  CHECK(answers_in<BasicDeliver>(high, others).size() == 2);
  CHECK(answers_in<BasicDeliver>(low, others).size() == 1);
  CHECK(
      driver.refusal(high, BasicConsume{.queue = "q", .arguments = {{"x-priority", std::string("high")}}}) ==
      "406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue 'q' in vhost '/': \"expected integer, "
      "got longstr\"");
}

TEST_CASE("of a queue with a single active consumer the next one takes over") {
  DoorDriver driver;
  const ClientIndex writer = writer_in(driver, {{"x-single-active-consumer", true}});
  const ClientIndex first = driver.connect();
  const ClientIndex second = driver.connect();
  driver.call<BasicConsumeOk>(first, BasicConsume{.queue = "q"});
  driver.call<BasicConsumeOk>(second, BasicConsume{.queue = "q"});
  publish(driver, writer, 2);
  CHECK(deliveries(driver, second) == 0);
  driver.send(first, ClientGone());
  CHECK(deliveries(driver, second) == 2);
  CHECK(driver.refusal(second, BasicConsume{.queue = "q", .exclusive = true}) ==
        "403 ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use");
}

TEST_CASE("a quorum queue has no global prefetch") {
  DoorDriver driver;
  writer_in(driver, {{"x-queue-type", std::string("quorum")}});
  const ClientIndex reader = driver.connect();
  driver.call<BasicQosOk>(reader, BasicQos{.prefetch_count = 1, .global = true});
  CHECK(driver.refusal(reader, BasicConsume{.queue = "q"}) ==
        "connection 540 NOT_IMPLEMENTED - queue 'q' in vhost '/' does not support global qos");
}
