#include "door/client_state.h"
#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

constexpr const char* kUnknown = "406 PRECONDITION_FAILED - unknown delivery tag ";

// A reader that has got so many messages of the queue "q".
struct SettlingReader {
  explicit SettlingReader(int count, const Headers& arguments = {}) {
    driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .arguments = arguments});
    driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "q", .consumer_tag = "t"});
    for (int place = 1; place <= count; ++place)
      driver.publish(client, {.key = "q", .body = std::to_string(place)});
  }
  std::size_t unacknowledged() { return driver.broker().load(*driver.broker().find("q")).unacknowledged; }
  template <typename Method>
  std::vector<std::string> bodies_after(Method method) {
    return bodies_in(client, driver.send(client, ClientMethod(method)));
  }

  DoorDriver driver;
  ClientIndex client = driver.connect();
};

}  // namespace

TEST_CASE("an acknowledgement settles one message, or all up to it, or all") {
  SettlingReader reader(5);
  reader.driver.send(reader.client, ClientMethod(BasicAck{.delivery_tag = 2}));
  CHECK(reader.unacknowledged() == 4);
  reader.driver.send(reader.client, ClientMethod(BasicAck{.delivery_tag = 3, .multiple = true}));
  CHECK(reader.unacknowledged() == 2);
  reader.driver.send(reader.client, ClientMethod(BasicAck{.delivery_tag = 0, .multiple = true}));
  CHECK(reader.unacknowledged() == 0);
}

TEST_CASE("who settles all when there is nothing is told nothing") {
  SettlingReader reader(0);
  CHECK(reader.driver.refusal(reader.client, BasicAck{.delivery_tag = 0, .multiple = true}).empty());
  CHECK(reader.driver.refusal(reader.client, BasicNack{.delivery_tag = 0, .multiple = true}).empty());
  CHECK(reader.driver.refusal(reader.client, BasicRecoverAsync{.requeue = true}).empty());
  reader.driver.call<BasicRecoverOk>(reader.client, BasicRecover{.requeue = true});
}

TEST_CASE("a tag that is not outstanding ends the channel, and its messages go back") {
  for (const std::uint64_t tag : {0U, 2U, 7U}) {
    CAPTURE(tag);
    SettlingReader reader(3);
    reader.driver.send(reader.client, ClientMethod(BasicAck{.delivery_tag = 2}));
    CHECK(reader.driver.refusal(reader.client, BasicReject{.delivery_tag = tag}) ==
          kUnknown + std::to_string(tag));
    CHECK(reader.unacknowledged() == 0);
    CHECK(reader.driver.waiting("q") == 2);
  }
}

TEST_CASE("tags count on each channel by themselves") {
  SettlingReader reader(1);
  reader.driver.call<ChannelOpenOk>(reader.client, ChannelOpen{}, 2);
  CHECK(reader.driver.refusal(reader.client, BasicAck{.delivery_tag = 1}, 2) == std::string(kUnknown) + "1");
  CHECK(reader.unacknowledged() == 1);
}

TEST_CASE("what is rejected comes back to its place, or goes to the dead letters") {
  const Headers arguments = {{"x-dead-letter-exchange", std::string("amq.fanout")}};
  SettlingReader reader(3, arguments);
  reader.driver.call<QueueDeclareOk>(reader.client, QueueDeclare{.queue = "dead"});
  reader.driver.call<QueueBindOk>(reader.client, QueueBind{.queue = "dead", .exchange = "amq.fanout"});
  CHECK(reader.bodies_after(BasicReject{.delivery_tag = 2, .requeue = true}) ==
        std::vector<std::string>{"2"});
  CHECK(reader.bodies_after(BasicReject{.delivery_tag = 1, .requeue = false}).empty());
  CHECK(reader.driver.waiting("dead") == 1);
  CHECK(reader.bodies_after(BasicNack{.delivery_tag = 4, .multiple = true, .requeue = true}) ==
        std::vector<std::string>{"2", "3"});
  CHECK(reader.bodies_after(BasicNack{.delivery_tag = 0, .multiple = true, .requeue = false}).empty());
  CHECK(reader.driver.waiting("dead") == 3);
  CHECK(reader.unacknowledged() == 0);
}

TEST_CASE("recover gives back all that the channel holds, of consumers and of basic.get") {
  SettlingReader reader(2);
  reader.driver.call<QueueDeclareOk>(reader.client, QueueDeclare{.queue = "other"});
  reader.driver.publish(reader.client, {.key = "other"});
  reader.driver.call<BasicGetOk>(reader.client, BasicGet{.queue = "other"});
  const auto replies = reader.driver.send(reader.client, ClientMethod(BasicRecover{.requeue = true}));
  CHECK(answers_in<BasicRecoverOk>(reader.client, replies).size() == 1);
  const auto again = answers_in<BasicDeliver>(reader.client, replies);
  REQUIRE(again.size() == 2);
  CHECK(again[0].redelivered);
  CHECK(again[0].delivery_tag == 4);
  CHECK(reader.driver.waiting("other") == 1);
}

TEST_CASE("deliveries of a channel are kept no longer than needed") {
  ClientDeliveries deliveries;
  std::vector<DeliveryTag> taken;
  const std::uint64_t first = deliveries.add(DeliveryTag(0));
  for (std::uint64_t count = 1; count < 10'000; ++count) {
    const std::uint64_t number = deliveries.add(DeliveryTag(count));
    CHECK(number == first + 2 * count - 1);
    REQUIRE(deliveries.take(number, false, taken));
    CHECK_FALSE(deliveries.take(number, false, taken));
    CHECK(deliveries.skip() == number + 1);
    CHECK_FALSE(deliveries.take(number + 1, false, taken));
  }
  CHECK(deliveries.outstanding() == 1);
  CHECK(deliveries.kept() <= 100);
  taken.clear();
  REQUIRE(deliveries.take(first, true, taken));
  CHECK(taken == std::vector<DeliveryTag>{DeliveryTag(0)});
  CHECK(deliveries.kept() == 0);
}
