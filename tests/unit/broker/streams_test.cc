// Streams that are limited together, that end in other ways than by being closed, and getters.
#include "support/catch.h"
#include "unit/broker/story.h"

using namespace dse;

namespace {

// A story with streams of the queue "q" behind gates.
struct GateStory : Story {
  GateStory() { queue("q", {}); }

  // The number of the stream.
  StreamIndex stream_behind(GateIndex gate, StreamOptions options = {}) {
    const StreamIndex number = broker.next_stream();
    options.gate = gate;
    delivered += broker.open_stream(*broker.find("q"), options, now).deliveries.size();
    return number;
  }
  void publish_many(int count, std::size_t bytes = 0) {
    for (int left = count; left > 0; --left) {
      Effects& effects = broker.publish(
          *broker.find("q"), make_message({.payload = Payload::copy_of(std::string(bytes, 'b'))}), {}, now);
      take(effects);
    }
  }
  void take(const Effects& effects) {
    delivered += effects.deliveries.size();
    for (const Delivery& delivery : effects.deliveries) held.push_back(delivery.tag);
  }
  std::size_t depth() { return broker.load(*broker.find("q")).waiting; }

  std::size_t delivered = 0;
  std::vector<DeliveryTag> held;
};

}  // namespace

TEST_CASE("streams behind one gate hold no more than it allows together") {
  GateStory story;
  const GateIndex gate = story.broker.open_gate({.prefetch = 3});
  story.stream_behind(gate);
  story.stream_behind(gate, {.prefetch = 1});
  story.publish_many(10);
  CHECK(story.delivered == 3);
  story.take(story.broker.acknowledge(story.held.at(0), 0));
  CHECK(story.delivered == 4);
  story.take(story.broker.set_gate(gate, {.prefetch = 5}, 0));
  CHECK(story.delivered == 6);
  story.take(story.broker.set_gate(gate, {.prefetch = 1}, 0));
  CHECK(story.delivered == 6);
  story.take(story.broker.set_gate(gate, {}, 0));
  CHECK(story.delivered == 10);
}

TEST_CASE("a stream of another gate takes what a full one leaves") {
  GateStory story;
  const GateIndex full = story.broker.open_gate({.prefetch = 1});
  story.stream_behind(full);
  story.publish_many(3);
  CHECK(story.depth() == 2);
  story.stream_behind(story.broker.open_gate({}));
  CHECK(story.depth() == 0);
}

TEST_CASE("a gate that counts bytes lets pass what it was filled with, and one message more") {
  GateStory story;
  const GateIndex parent = story.broker.open_gate({.counts_bytes = true});
  const GateIndex gate = story.broker.open_gate({}, parent);
  story.stream_behind(gate, {.acknowledges = false});
  story.publish_many(10, 100);
  CHECK(story.delivered == 0);
  const std::int64_t one = 100 + Gate::kBytesOfDelivery;
  story.take(story.broker.refill_gate(parent, 2 * one + 1, 0));
  CHECK(story.delivered == 3);
  story.take(story.broker.refill_gate(parent, one - 1, 0));  // which pays what went beyond
  CHECK(story.delivered == 3);
  story.take(story.broker.refill_gate(parent, one, 0));
  CHECK(story.delivered == 4);
  story.broker.pass_gate(parent, 100);
  story.take(story.broker.refill_gate(parent, one, 0));
  CHECK(story.delivered == 4);
}

TEST_CASE("a gate bounds the bytes that are held behind it") {
  GateStory story;
  const GateIndex parent = story.broker.open_gate({.held_bytes_max = 250});
  for (int streams = 0; streams < 2; ++streams) story.stream_behind(story.broker.open_gate({}, parent));
  story.publish_many(10, 100);
  CHECK(story.delivered == 3);
  story.take(story.broker.reject(story.held.at(1), {.requeue = true}, 0));
  CHECK(story.delivered == 4);
}

TEST_CASE("a gate is closed once its streams are, and its number is used again") {
  GateStory story;
  const GateIndex gate = story.broker.open_gate({.prefetch = 1});
  const StreamIndex stream = story.stream_behind(gate);
  story.publish_many(2);
  story.take(story.broker.close_streams(std::span(&stream, 1), 0));
  story.broker.close_gate(gate);
  const GateIndex again = story.broker.open_gate({});
  CHECK(again == gate);
  story.delivered = 0;
  story.stream_behind(again);
  CHECK(story.delivered == 2);  // it is limited by nothing that the old one was
}

TEST_CASE("a cancelled stream gets nothing more, and keeps what it holds until it is closed") {
  Story story;
  story.queue("q", {});
  story.stream("q", 0);
  CHECK(story.publish("q", "a") == "0:a");
  story.broker.cancel_stream(StreamIndex(0), story.now);
  CHECK(story.publish("q", "b").empty());
  CHECK(story.requeue("a").empty());
  CHECK(story.waiting("q") == "a b");
  CHECK(story.stream("q", 1) == "1:a*");
  story.broker.cancel_stream(StreamIndex(1), story.now);
  CHECK(story.close(1).empty());
  CHECK(story.waiting("q") == "a b");
  CHECK(story.close(1).empty());
}

TEST_CASE("streams that are closed together get nothing of each other") {
  Story story;
  story.queue("q", {});
  story.queue("r", {});
  for (const char* queue : {"q", "q", "r"}) story.stream(queue, 1);
  CHECK(story.publish("q", "a") == "0:a");
  CHECK(story.publish("q", "b") == "1:b");
  CHECK(story.publish("r", "c") == "2:c");
  const std::vector<StreamIndex> streams = {StreamIndex(2), StreamIndex(1), StreamIndex(0)};
  CHECK(story.broker.close_streams(streams, story.now).deliveries.empty());
  CHECK(story.waiting("q") == "a b");
  CHECK(story.waiting("r") == "c");
}

TEST_CASE("the last stream that leaves takes an auto-delete queue along, cancelled or closed") {
  Story story;
  story.queue("q", {.auto_delete = true});
  story.stream("q", 0);
  story.stream("q", 0);
  story.broker.cancel_stream(StreamIndex(0), story.now);
  CHECK(story.broker.has_queue(*story.broker.find("q")));
  CHECK(story.publish("q", "a") == "1:a");
  story.broker.cancel_stream(StreamIndex(1), story.now);
  CHECK_FALSE(story.broker.has_queue(*story.broker.find("q")));
  CHECK(story.acknowledge("a").empty());  // its queue is gone
}

TEST_CASE("a getter takes the first message, is no stream of the queue, and gives back what it holds") {
  Story story;
  story.queue("q", {});
  const ResourceIndex queue = *story.broker.find("q");
  const StreamIndex getter = story.broker.open_getter(queue, true);
  CHECK(story.broker.get(getter, 0).deliveries.empty());
  story.publish("q", "a");
  story.publish("q", "b");
  const Effects& effects = story.broker.get(getter, 0);
  REQUIRE(effects.deliveries.size() == 1);
  CHECK(effects.deliveries[0].message->id() == "a");
  CHECK(story.broker.queue_state(queue).streams == 0);
  CHECK(story.broker.queue_state(queue).unacknowledged == 1);
  CHECK(story.publish("q", "c").empty());  // it gets nothing unasked
  CHECK(story.close(getter.number()).empty());
  CHECK(story.waiting("q") == "a b c");
  const StreamIndex taker = story.broker.open_getter(queue, false);
  CHECK(story.broker.get(taker, 0).deliveries.at(0).redelivered);
  CHECK(story.broker.queue_state(queue).unacknowledged == 0);
}

TEST_CASE("what is got counts at the getter's gate, which holds nothing back from it") {
  Story story;
  story.queue("q", {});
  const GateIndex gate = story.broker.open_gate({.held_bytes_max = 10, .counts_bytes = true});
  story.broker.refill_gate(gate, 1000, 0);
  const ResourceIndex queue = *story.broker.find("q");
  const StreamIndex getter = story.broker.open_getter(queue, true, gate);
  for (const char* id : {"a", "b", "c"})
    story.publish("q", MessageFields{.payload = Payload::copy_of(std::string(20, 'b')), .id = id});
  const DeliveryTag first = story.broker.get(getter, 0).deliveries.at(0).tag;
  const DeliveryTag second = story.broker.get(getter, 0).deliveries.at(0).tag;
  CHECK(story.broker.open_stream(queue, {.gate = gate}, 0).deliveries.empty());
  story.broker.acknowledge(first, 0);
  CHECK(story.broker.load(queue).waiting == 1);
  CHECK(story.broker.acknowledge(second, 0).deliveries.size() == 1);
}

TEST_CASE("a purge takes what waits, a removal the queue and its bindings as well") {
  Story story;
  story.queue("q", {.dead_letter = DeadLetterTarget{.exchange = "dead"}});
  story.queue("dead", {});
  const ResourceIndex queue = *story.broker.find("q");
  story.stream("q", 1);
  for (const char* id : {"a", "b", "c"}) story.publish("q", id);
  const Effects& purged = story.broker.purge(queue, 0);
  REQUIRE(purged.policies.size() == 2);
  CHECK(purged.policies[0].kind == PolicyEvent::Kind::kPurged);
  CHECK(purged.policies[0].message->id() == "b");
  CHECK(story.publish("q", "d").empty());
  const Effects& removed = story.broker.remove(queue, 0);
  REQUIRE(removed.policies.size() == 2);
  CHECK(removed.policies[0].kind == PolicyEvent::Kind::kRemoved);
  CHECK(removed.policies[1].kind == PolicyEvent::Kind::kQueueRemoved);
  CHECK(story.waiting("dead").empty());  // none of them is a dead letter
  CHECK_FALSE(story.broker.has_queue(queue));
  CHECK(story.broker.queue_state(queue).unacknowledged == 0);
  CHECK(story.requeue("a").empty());
  CHECK_FALSE(story.broker.has_queue(queue));
}

TEST_CASE("a binding is removed once, and its exchange counts those that are left") {
  Story story;
  story.exchange("x", {.type = ExchangeType::kDirect});
  story.queue("q", {});
  const ResourceIndex exchange = *story.broker.find("x");
  const BindingSpec binding{.from = "x", .to = "q", .key = "k"};
  BindingSpec conditional = binding;
  conditional.headers = {{"n", std::int64_t{1}}};
  CHECK(story.broker.bind(binding, 0));
  CHECK(story.broker.bind(conditional, 0));
  CHECK(story.broker.bindings_from(exchange) == 2);
  CHECK(story.broker.unbind(binding, 0));
  CHECK_FALSE(story.broker.unbind(binding, 0));
  CHECK(story.broker.bindings_from(exchange) == 1);
  story.publish("x", MessageFields{.key = "k", .id = "a"});
  story.publish("x", MessageFields{.key = "k", .headers = {{"n", std::int64_t{1}}}, .id = "b"});
  CHECK(story.waiting("q") == "b");
  story.broker.remove(*story.broker.find("q"), 0);
  CHECK(story.broker.bindings_from(exchange) == 0);
  CHECK_FALSE(story.broker.unbind({.from = "none", .to = "q"}, 0));
}

TEST_CASE("an exchange that is removed leads nothing, and nothing leads to it") {
  Story story;
  story.exchange("x", {.type = ExchangeType::kFanout});
  story.exchange("y", {.type = ExchangeType::kFanout});
  story.queue("q", {});
  CHECK(story.broker.bind({.from = "x", .to = "y", .target = BindingTarget::kExchange}, 0));
  CHECK(story.broker.bind({.from = "y", .to = "q"}, 0));
  story.publish("x", "a");
  CHECK(story.waiting("q") == "a");
  story.broker.remove_exchange(*story.broker.find("y"), 0);
  CHECK(story.broker.bindings_from(*story.broker.find("x")) == 0);
  story.publish("x", "b");
  story.publish("y", "c");
  CHECK(story.waiting("q") == "a");
}

TEST_CASE("streams take turns by priority, and in each priority in their order") {
  Turns turns;
  for (const std::uint32_t stream : {0U, 1U}) turns.push_back(StreamIndex(stream));
  turns.push_back(StreamIndex(2), 5);
  turns.push_back(StreamIndex(3), -1);
  turns.push_back(StreamIndex(4), 5);
  turns.push_back(StreamIndex(5));
  turns.remove(StreamIndex(1));
  turns.remove(StreamIndex(9));
  std::vector<std::uint32_t> order;
  while (!turns.empty()) order.push_back(turns.pop_front().number());
  CHECK(order == std::vector<std::uint32_t>{2, 4, 0, 5, 3});
}

TEST_CASE("with bounds that drop, a full queue refuses and nothing ends the run") {
  Story story;
  story.broker.set_bounds({.queue_depth = 2, .deaths_at_once = 10, .drops = true});
  story.queue("plain", {});
  story.queue("priority", {.max_priority = 3});
  for (const char* queue : {"plain", "priority"}) {
    CHECK(story.publish(queue, "a").empty());
    CHECK(story.publish(queue, "b").empty());
    CHECK(story.publish(queue, "c") == std::string(queue) + "!refused:c nack");
    CHECK(story.waiting(queue) == "a b");
  }
}
