// What a consumer does with deliveries, settlements and lost connections.
#include "amqp/duplicates.h"
#include "support/catch.h"
#include "unit/amqp/consuming.h"

using namespace dse;
using namespace std::chrono_literals;

TEST_CASE("consumer: messages come in order, whole, and without the marks of a publisher") {
  Consuming one;
  MessageFields marked = message_of("a")->fields();
  marked.headers = {{"x-dse-run", "1f"}, {"x-dse-number", std::int64_t{7}}, {"label", std::int64_t{3}}};
  one.peer.deliver({.tag = 1}, marked);
  one.deliver(2, "b", true);
  const std::vector<Arrival> arrived = one.take(2);
  CHECK(arrived[0].message.id == "a");
  CHECK(arrived[0].message.key == "k");
  CHECK(arrived[0].run == "1f");
  CHECK(arrived[0].number == 7);
  CHECK(arrived[0].is_numbered());
  CHECK(arrived[0].message.headers.size() == 1);
  CHECK_FALSE(arrived[0].redelivered);
  CHECK(arrived[1].message.id == "b");
  CHECK(arrived[1].redelivered);
  CHECK_FALSE(arrived[1].is_numbered());
  CHECK(arrived[0].tag.tag == 1);
  CHECK(arrived[0].identity() != arrived[1].identity());
}

TEST_CASE("consumer: it acknowledges, and rejects with requeue or without, in the order of the calls") {
  Consuming one;
  for (std::uint64_t tag = 1; tag <= 3; ++tag) one.deliver(tag, "m");
  const std::vector<Arrival> arrived = one.take(3);
  one.consumer->acknowledge(arrived[1].tag);
  one.consumer->reject(arrived[0].tag, true);
  one.consumer->reject(arrived[2].tag, false);
  CHECK(one.peer.expect(AMQP_BASIC_ACK_METHOD).as<amqp_basic_ack_t>().delivery_tag == 2);
  const AmqpMethodFrame requeued = one.peer.expect(AMQP_BASIC_NACK_METHOD);
  CHECK(requeued.as<amqp_basic_nack_t>().delivery_tag == 1);
  CHECK(requeued.as<amqp_basic_nack_t>().requeue);
  const AmqpMethodFrame dropped = one.peer.expect(AMQP_BASIC_NACK_METHOD);
  CHECK(dropped.as<amqp_basic_nack_t>().delivery_tag == 3);
  CHECK_FALSE(dropped.as<amqp_basic_nack_t>().requeue);
}

TEST_CASE("consumer: each queue has a channel of its own") {
  Consuming one({"p", "q"});
  one.peer.deliver({.tag = 1, .channel = 2}, message_of("of q")->fields());
  one.peer.deliver({.tag = 1, .channel = 1}, message_of("of p")->fields());
  const std::vector<Arrival> arrived = one.take(2);
  CHECK(arrived[0].tag.subscription == 1);
  CHECK(arrived[1].tag.subscription == 0);
  one.consumer->acknowledge(arrived[0].tag);
  CHECK(one.peer.expect(AMQP_BASIC_ACK_METHOD).channel() == 2);
}

TEST_CASE("consumer: a new connection subscribes again, and nothing of the one before is settled on it") {
  Consuming one;
  one.deliver(1, "a");
  const Arrival first = one.take_one();
  one.peer.cut();
  await_change(one.changed, [&] { return !one.consumer->state().connected; });
  CHECK(one.consumer->settled());  // its connection is gone
  one.clock->await_pause(100ms);
  one.clock->advance(100ms);
  one.accept();
  one.consumer->acknowledge(first.tag);
  one.deliver(1, "a", true);
  one.deliver(2, "b");
  const std::vector<Arrival> again = one.take(2);
  CHECK(again[0].tag.connection == first.tag.connection + 1);
  one.consumer->acknowledge(again[1].tag);
  CHECK(one.peer.expect(AMQP_BASIC_ACK_METHOD).as<amqp_basic_ack_t>().delivery_tag == 2);
  // This is how it is distinguished from a new message.
  Duplicates duplicates(10);
  CHECK_FALSE(duplicates.is_again(first));
  CHECK(duplicates.is_again(again[0]));
  CHECK_FALSE(duplicates.is_again(again[1]));
}

TEST_CASE("consumer: what is requeued comes in the order in which the broker gives it") {
  Consuming one;
  for (std::uint64_t tag = 1; tag <= 3; ++tag) one.deliver(tag, std::to_string(tag));
  Duplicates duplicates(10);
  std::vector<Arrival> arrived = one.take(3);
  for (const Arrival& arrival : arrived) CHECK_FALSE(duplicates.is_again(arrival));
  for (const std::size_t place : {std::size_t{2}, std::size_t{0}}) {
    one.consumer->reject(arrived[place].tag, true);
    duplicates.forget(arrived[place].tag, arrived[place].identity());
    one.peer.expect(AMQP_BASIC_NACK_METHOD);
  }
  one.deliver(4, "3", true);
  one.deliver(5, "1", true);
  arrived = one.take(2);
  CHECK(arrived[0].message.id == "3");
  CHECK(arrived[1].message.id == "1");
  for (const Arrival& arrival : arrived) CHECK_FALSE(duplicates.is_again(arrival));
}

TEST_CASE("consumer: how many messages wait is known when all that was delivered before is there") {
  Consuming one;
  one.consumer->ask_depth();
  one.deliver(1, "before");
  one.answer_declare("q", 5);
  await_change(one.changed, [&] { return one.consumer->depth().answered == 1; });
  CHECK(one.consumer->has_arrivals());
  CHECK(one.take_one().message.id == "before");
  CHECK(one.consumer->depth().ready == 5);
}

TEST_CASE("consumer: a queue that is deleted under it ends it for good") {
  Consuming one;
  one.peer.send(1, AMQP_BASIC_CANCEL_METHOD, amqp_basic_cancel_t{amqp_cstring_bytes("consumer"), 1});
  one.peer.expect_end();
  const auto check = [&one] {
    await_change(one.changed, [&one] {
      one.consumer->check();
      return false;
    });
  };
  CHECK_THROWS_WITH(check(), ContainsSubstring("queue 'q' was deleted while it was read"));
  CHECK_THROWS_AS(one.consumer->take(), BrokerError);
}

TEST_CASE("consumer: what cannot be decoded is rejected, and the rest comes over a new connection at once") {
  const auto how = GENERATE(AmqpPeer::Undecodable::kNoName, AmqpPeer::Undecodable::kNoType);
  Consuming one;
  one.deliver(1, "a");
  one.consumer->acknowledge(one.take_one().tag);
  one.peer.expect(AMQP_BASIC_ACK_METHOD);
  one.deliver(2, "b");
  one.take_one();  // so that the first is noted as settled before the clock moves on
  one.clock->advance(SettledTags::kTakenIn);
  one.peer.deliver_undecodable(3, how);
  const AmqpMethodFrame rejected = one.peer.expect(AMQP_BASIC_NACK_METHOD);
  CHECK(rejected.as<amqp_basic_nack_t>().delivery_tag == 3);
  CHECK_FALSE(rejected.as<amqp_basic_nack_t>().requeue);
  const Arrival refused = one.take_one();  // only then is there a new connection
  CHECK_FALSE(refused.decoded);
  CHECK_THAT(refused.refused, ContainsSubstring("cannot be decoded"));
  AmqpPeer before = std::move(one.peer);
  one.peer = one.network->accept();
  one.peer.shake_hands();
  before.expect_end();
  one.subscribe();
  one.deliver(1, "b");
  const Arrival next = one.take_one();
  CHECK(next.message.id == "b");
  CHECK(next.settled_before == 1);
  CHECK(one.consumer->state().reconnects == 1);
}

TEST_CASE("consumer: what cannot be decoded comes while an answer is waited for") {
  for (const auto how : {AmqpPeer::Undecodable::kNoName, AmqpPeer::Undecodable::kNoType}) {
    Consuming one;
    one.consumer->ask_depth();
    one.peer.expect(AMQP_QUEUE_DECLARE_METHOD);
    one.deliver(1, "a");
    one.peer.deliver_undecodable(2, how);
    one.peer.send(1, AMQP_QUEUE_DECLARE_OK_METHOD, amqp_queue_declare_ok_t{amqp_cstring_bytes("q"), 3, 1});
    CHECK(one.peer.expect(AMQP_BASIC_NACK_METHOD).as<amqp_basic_nack_t>().delivery_tag == 2);
    const std::vector<Arrival> arrived = one.take(2);
    CHECK(arrived[0].message.id == "a");
    CHECK_FALSE(arrived[1].decoded);
    AmqpPeer before = std::move(one.peer);
    one.accept();
    before.expect_end();
    if (how == AmqpPeer::Undecodable::kNoType) one.answer_declare("q", 3);  // the consumer asks again
    await_change(one.changed, [&] { return one.consumer->depth().answered == 1; });
    CHECK(one.consumer->depth().ready == 3);
  }
}

TEST_CASE("consumer: text of another protocol while an answer is waited for ends it for good") {
  Consuming one;
  one.consumer->ask_depth();
  one.peer.expect(AMQP_QUEUE_DECLARE_METHOD);
  one.deliver(1, "a");
  one.peer.send_bytes("HTTP/1.1 400 Bad Request\r\n\r\n" + std::string(10'000, 'x'));
  one.peer.expect_end();
  CHECK(one.take_one().message.id == "a");
  CHECK_THROWS_WITH(one.take_one(), ContainsSubstring("cannot be decoded"));
}

TEST_CASE("consumer: what nobody waits for is passed over, and what lies behind it comes") {
  Consuming one;
  const auto message = message_of("a");
  std::string bytes = AmqpPeer::frame_bytes({AMQP_FRAME_BODY, 7, "the rest of something"});
  amqp_queue_purge_ok_t unexpected{3};
  bytes += AmqpPeer::frame_bytes(
      {AMQP_FRAME_METHOD, 1, AmqpPeer::encoded(AMQP_QUEUE_PURGE_OK_METHOD, &unexpected)});
  amqp_basic_deliver_t deliver{.consumer_tag = amqp_cstring_bytes("consumer"), .delivery_tag = 1};
  bytes +=
      AmqpPeer::frame_bytes({AMQP_FRAME_METHOD, 1, AmqpPeer::encoded(AMQP_BASIC_DELIVER_METHOD, &deliver)});
  one.peer.send_bytes(bytes);  // all at once, so that no later byte says that there is more
  one.peer.send_content(1, message->fields());
  CHECK(one.take_one().message.id == "a");
}

TEST_CASE("consumer: a message for nobody ends it for good") {
  for (const bool cancelled : {false, true}) {
    Consuming one;
    if (cancelled) {
      one.peer.send(9, AMQP_BASIC_CANCEL_METHOD, amqp_basic_cancel_t{amqp_cstring_bytes("nobody"), 1});
    } else {
      one.peer.deliver({.channel = 9}, message_of("a")->fields());
    }
    one.peer.expect_end();
    CHECK_THROWS_WITH(one.take_one(), ContainsSubstring("channel 9"));
  }
}

TEST_CASE("consumer: what is refused is told as far as it can be read") {
  Consuming one;
  MessageFields large = message_of("large")->fields();
  large.headers = {{"text", std::string(70'000, 't')}};
  one.peer.deliver({.tag = 1}, large);
  const Arrival arrival = one.take_one();
  CHECK(arrival.message.id == "large");
  CHECK(arrival.decoded);
  CHECK_THAT(arrival.refused, ContainsSubstring("at most 65536 are carried"));
  // A refused message may come again any number of times.
  Duplicates duplicates(10);
  CHECK_FALSE(duplicates.is_again(arrival));
  CHECK_FALSE(duplicates.is_again(arrival));
}

TEST_CASE("consumer: a body of many frames is one message, and an empty one is none of them") {
  Consuming one;
  const std::string body(300'000, 'b');
  one.peer.deliver({.tag = 1}, {.payload = Payload::copy_of(body), .id = "long"});
  one.peer.deliver({.tag = 2}, {.id = "empty"});
  const std::vector<Arrival> arrived = one.take(2);
  CHECK(arrived[0].message.payload.bytes().size() == body.size());
  CHECK(arrived[1].message.payload.bytes().empty());
}

TEST_CASE("consumer: what has arrived and was not taken is there when it stops") {
  Consuming one;
  one.deliver(1, "a");
  await_change(one.changed, [&] { return one.consumer->has_arrivals(); });
  one.peer.cut();
  const std::vector<Arrival> left = one.consumer->stop();
  REQUIRE(left.size() == 1);
  CHECK(left[0].message.id == "a");
}
