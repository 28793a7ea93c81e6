// Tests of the broker's rules, one by one.
#include "broker/broker.h"

#include "dse/error.h"
#include "support/catch.h"

using namespace dse;

namespace {

MessagePtr message(const std::string& id, const std::string& key = "", Headers headers = {}) {
  return make_message({.key = key, .headers = std::move(headers), .id = id});
}

// A broker with a diary of its deliveries: "stream:id", with a * when redelivered.
class Story {
 public:
  Broker broker;
  std::map<std::string, DeliveryTag> tags;  // by message id: the tag of its last delivery

  std::string publish(const std::string& exchange, const MessagePtr& what) {
    return told(broker.publish(broker.declare(exchange, 0), what, {}, 0));
  }
  std::string publish(const std::string& exchange, const std::string& id) {
    return publish(exchange, message(id));
  }
  std::string stream(const std::string& queue, std::uint32_t prefetch) {
    return told(broker.open_stream(broker.declare(queue, 0), prefetch, 0));
  }
  std::string acknowledge(const std::string& id) { return told(broker.acknowledge(tags.at(id), 0)); }
  std::string reject(const std::string& id) { return told(broker.reject(tags.at(id), {}, 0)); }
  std::string requeue(const std::string& id) {
    return told(broker.reject(tags.at(id), {.requeue = true}, 0));
  }
  std::string close(std::uint32_t number) { return told(broker.close_stream(StreamIndex(number), 0)); }
  Broker::QueueState state(const std::string& queue) { return broker.queue_state(broker.declare(queue, 0)); }
  const Settled& settled() const { return settled_; }

 private:
  std::string told(Effects& effects) {
    std::string text;
    settled_ = effects.settled;
    for (const Delivery& delivery : effects.deliveries) {
      if (!text.empty()) text += ' ';
      text += std::to_string(delivery.stream.number()) + ':' + delivery.message->id() +
              (delivery.redelivered ? "*" : "");
      tags[delivery.message->id()] = delivery.tag;
    }
    return text;
  }

  Settled settled_;
};

}  // namespace

TEST_CASE("a resource has a queue only from the moment somebody streams it or binds into it") {
  Story story;
  story.publish("a", "too-early");
  CHECK(story.broker.unroutable() == 1);
  CHECK(story.state("a").depth == 0);

  CHECK(story.stream("a", 1).empty());
  CHECK(story.publish("a", "m0") == "0:m0");

  story.broker.bind({.from = "x", .to = "b"}, 0);
  story.publish("b", "m1");
  story.publish("x", "m2");
  CHECK(story.state("b").depth == 2);
  CHECK(story.broker.unroutable() == 1);
}

TEST_CASE("declaring a resource again gives the same one") {
  Broker broker;
  const ResourceIndex a = broker.declare("a", 0);
  const ResourceIndex b = broker.declare("b", 0);
  CHECK(a != b);
  CHECK(broker.declare("a", 0) == a);
  CHECK(broker.next_resource() == ResourceIndex(2));
  CHECK(broker.name(b) == "b");
  CHECK(broker.name_hash(b) == hash_text("b"));
}

TEST_CASE("a mandatory message that no queue takes comes back, another does not") {
  Broker broker;
  const ResourceIndex a = broker.declare("a", 0);
  const MessagePtr lost = message("m");
  Effects& returned = broker.publish(a, lost, {.mandatory = true}, 0);
  CHECK_FALSE(returned.routed);
  CHECK(returned.returned.get() == lost.get());
  CHECK_FALSE(broker.publish(a, lost, {.mandatory = false}, 0).returned);
  CHECK(broker.unroutable() == 2);

  broker.open_stream(a, 0, 0);
  Effects& routed = broker.publish(a, lost, {.mandatory = true}, 0);
  CHECK(routed.routed);
  CHECK_FALSE(routed.returned);
  CHECK(broker.unroutable() == 2);
}

TEST_CASE("a queue gets one copy, however many of its bindings match") {
  Story story;
  for (const char* key : {"#", "lenet.*", "*.7", "#.7", "lenet.7"})
    story.broker.bind({.from = "x", .to = "a", .key = key}, 0);
  story.broker.bind({.from = "x", .to = "a", .key = "#", .headers = {{"label", std::int64_t{7}}}}, 0);
  story.publish("x", message("m", "lenet.7", {{"label", std::int64_t{7}}}));
  CHECK(story.state("a").depth == 1);
}

TEST_CASE("a binding copies, and bindings do not chain") {
  Story story;
  story.broker.bind({.from = "a", .to = "b"}, 0);
  story.broker.bind({.from = "b", .to = "c"}, 0);
  story.publish("a", "m");
  CHECK(story.state("b").depth == 1);
  CHECK(story.state("c").depth == 0);
}

TEST_CASE("a binding wants its key and its headers both") {
  Story story;
  story.broker.bind(
      {.from = "x", .to = "all", .key = "lenet.*", .headers = {{"label", std::int64_t{7}}, {"sure", true}}},
      0);
  story.broker.bind({.from = "x",
                     .to = "any",
                     .key = "lenet.*",
                     .headers = {{"label", std::int64_t{7}}, {"sure", true}},
                     .match = HeaderMatch::kAny},
                    0);
  const Headers both = {{"label", std::int64_t{7}}, {"sure", true}};
  const Headers one = {{"label", std::int64_t{7}}, {"sure", false}};
  const Headers other_type = {{"label", std::string("7")}, {"sure", std::string("true")}};
  story.publish("x", message("m0", "lenet.7", both));
  story.publish("x", message("m1", "lenet.7", one));
  story.publish("x", message("m2", "lenet.7", other_type));
  story.publish("x", message("m3", "mlp.7", both));
  CHECK(story.stream("all", 0) == "0:m0");
  CHECK(story.stream("any", 0) == "1:m0 1:m1");
  CHECK(story.broker.unroutable() == 2);
}

TEST_CASE("no more than prefetch messages are unacknowledged at a time") {
  Story story;
  story.stream("a", 2);
  CHECK(story.publish("a", "m0") == "0:m0");
  CHECK(story.publish("a", "m1") == "0:m1");
  CHECK(story.publish("a", "m2").empty());
  CHECK(story.state("a").depth == 1);
  CHECK(story.state("a").unacknowledged == 2);
  CHECK(story.acknowledge("m1") == "0:m2");
  CHECK(story.acknowledge("m0").empty());
  CHECK(story.state("a").unacknowledged == 1);
}

TEST_CASE("without prefetch everything that waits is delivered at once, in order") {
  Story story;
  story.broker.bind({.from = "x", .to = "a"}, 0);
  for (int number = 0; number < 5; ++number) story.publish("x", "m" + std::to_string(number));
  CHECK(story.stream("a", 0) == "0:m0 0:m1 0:m2 0:m3 0:m4");
}

TEST_CASE("streams of one queue take turns") {
  Story story;
  for (int stream = 0; stream < 3; ++stream) story.stream("a", 0);
  std::string told;
  for (int number = 0; number < 5; ++number) told += story.publish("a", "m" + std::to_string(number)) + " ";
  CHECK(told == "0:m0 1:m1 2:m2 0:m3 1:m4 ");
}

TEST_CASE("who is full leaves its turn, and comes back at the end when it has room") {
  Story story;
  story.stream("a", 1);
  story.stream("a", 1);
  story.stream("a", 0);
  CHECK(story.publish("a", "m0") == "0:m0");
  CHECK(story.publish("a", "m1") == "1:m1");
  CHECK(story.publish("a", "m2") == "2:m2");
  CHECK(story.publish("a", "m3") == "2:m3");  // the only stream in turn
  CHECK(story.acknowledge("m1").empty());     // 1 is in turn again, before 0
  CHECK(story.acknowledge("m0").empty());
  CHECK(story.publish("a", "m4") == "2:m4");
  CHECK(story.publish("a", "m5") == "1:m5");
  CHECK(story.publish("a", "m6") == "0:m6");
}

TEST_CASE("who is full keeps its turn until a message finds it so") {
  Story story;
  story.stream("a", 1);
  story.stream("a", 1);
  CHECK(story.publish("a", "m1") == "0:m1");
  CHECK(story.publish("a", "m2") == "1:m2");
  CHECK(story.acknowledge("m2").empty());
  CHECK(story.acknowledge("m1").empty());
  CHECK(story.publish("a", "m3") ==
        "0:m3");  // as in RabbitMQ: 0 was served longer ago, and was never passed over
}

TEST_CASE("a requeued message goes back to its place, and is marked when delivered again") {
  Story story;
  story.stream("a", 1);
  for (int number = 0; number < 3; ++number) story.publish("a", "m" + std::to_string(number));
  CHECK(story.requeue("m0") == "0:m0*");
  CHECK(story.settled().message->id() == "m0");
  CHECK(story.acknowledge("m0") == "0:m1");
  CHECK(story.acknowledge("m1") == "0:m2");
}

TEST_CASE("messages requeued out of order come again in order") {
  Story story;
  story.stream("a", 3);
  for (int number = 0; number < 5; ++number) story.publish("a", "m" + std::to_string(number));
  story.stream("other", 1);
  CHECK(story.close(0).empty());
  CHECK(story.state("a").depth == 5);
  CHECK(story.stream("a", 0) == "2:m0* 2:m1* 2:m2* 2:m3 2:m4");
  CHECK(story.requeue("m3") == "2:m3*");
}

TEST_CASE("a rejected message is gone") {
  Story story;
  story.stream("a", 1);
  story.publish("a", "m0");
  story.publish("a", "m1");
  CHECK(story.reject("m0") == "0:m1");
  CHECK(story.settled().message->id() == "m0");
  CHECK(story.state("a").depth == 0);
  CHECK(story.state("a").unacknowledged == 1);
}

TEST_CASE("what a closed stream had not acknowledged goes to the others") {
  Story story;
  story.stream("a", 2);
  story.publish("a", "m0");
  story.publish("a", "m1");
  story.publish("a", "m2");
  CHECK(story.stream("a", 2) == "1:m2");
  CHECK(story.close(0) == "1:m0*");
  CHECK(story.acknowledge("m2") == "1:m1*");
  CHECK(story.state("a").streams == 1);
}

TEST_CASE("a closed stream has no turn") {
  Story story;
  story.stream("a", 0);
  story.stream("a", 0);
  CHECK(story.close(0).empty());
  CHECK(story.publish("a", "m0") == "1:m0");
  CHECK(story.publish("a", "m1") == "1:m1");
  CHECK(story.close(1).empty());
  CHECK(story.publish("a", "m2").empty());
  CHECK(story.state("a").depth == 3);
}

TEST_CASE("a tag is outstanding until it is settled, and never again") {
  Story story;
  story.stream("a", 1);
  story.publish("a", "m0");
  const DeliveryTag first = story.tags.at("m0");
  CHECK(story.broker.outstanding(first));
  story.acknowledge("m0");
  CHECK_FALSE(story.broker.outstanding(first));
  story.publish("a", "m1");
  CHECK(story.tags.at("m1") != first);
  CHECK_FALSE(story.broker.outstanding(first));
  CHECK_FALSE(story.broker.outstanding(DeliveryTag(UINT64_MAX)));
}

TEST_CASE("the deepest that a queue was counts what waited, not what was handed on at once") {
  Story story;
  story.stream("a", 1);
  story.publish("a", "m0");
  CHECK(story.state("a").depth_max == 0);
  story.publish("a", "m1");
  story.publish("a", "m2");
  story.acknowledge("m0");
  CHECK(story.state("a").depth == 1);
  CHECK(story.state("a").depth_max == 2);
}

TEST_CASE("every reader has the writer's message, not a copy of it") {
  Broker broker;
  for (const char* to : {"b", "c"}) broker.bind({.from = "a", .to = to}, 0);
  for (const char* to : {"b", "c"}) broker.open_stream(broker.declare(to, 0), 0, 0);
  const MessagePtr sent = message("m");
  const Effects& effects = broker.publish(broker.declare("a", 0), sent, {}, 0);
  REQUIRE(effects.deliveries.size() == 2);
  for (const Delivery& delivery : effects.deliveries) CHECK(delivery.message.get() == sent.get());
}

TEST_CASE("what a queue holds can be looked at: what waits, in order, and what is handed over") {
  Story story;
  const auto ids = [](const std::vector<MessagePtr>& messages) {
    std::string text;
    for (const MessagePtr& one : messages) text += one->id() + " ";
    return text;
  };
  CHECK(ids(story.broker.waiting(story.broker.declare("none", 0))).empty());
  story.stream("a", 2);
  for (const char* id : {"1", "2", "3", "4", "5"}) story.publish("a", id);
  const ResourceIndex a = story.broker.declare("a", 0);
  CHECK(ids(story.broker.waiting(a)) == "3 4 5 ");
  CHECK(ids(story.broker.waiting(a, 2)) == "3 4 ");
  CHECK(ids(story.broker.unsettled(a)) == "1 2 ");
  CHECK(ids(story.broker.unsettled(a, 1)) == "1 ");
  story.close(0);  // its two messages go back to their places
  CHECK(ids(story.broker.waiting(a)) == "1 2 3 4 5 ");
  CHECK(ids(story.broker.waiting(a, 3)) == "1 2 3 ");
  CHECK(ids(story.broker.unsettled(a)).empty());
}

TEST_CASE("broker: a queue without options takes the name of one that was to expire") {
  Broker broker;
  const ResourceIndex queue = broker.declare("q", 0);
  broker.make_queue_alone(queue, {.expires_ns = 1'000'000}, 0);
  CHECK(broker.next_look_ns() == 1'000'000);
  broker.remove(queue, 1);
  broker.make_queue_alone(queue, {}, 2);
  CHECK_FALSE(broker.next_look_ns().has_value());
  broker.look(2'000'000);
  CHECK(broker.has_queue(queue));
}
