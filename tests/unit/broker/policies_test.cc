// What queues do by their options, one by one, as RabbitMQ 3.10.8 does it (seen by `dse conform`).
#include <optional>
#include <string>
#include <vector>

#include "dse/error.h"
#include "support/catch.h"
#include "unit/broker/story.h"

using namespace dse;

namespace {

constexpr TimeNs kMs = 1'000'000;

// The deaths of a message: "queue reason exchange count [keys]", latest first.
std::vector<std::string> deaths(const Message& message) {
  std::vector<std::string> result;
  const HeaderValue* value = message.headers().find("x-death");
  if (value == nullptr) return result;
  for (const HeaderValue& one : std::get<HeaderArray>(*value).values()) {
    const Headers& death = std::get<HeaderTable>(one).entries();
    std::string text;
    for (const char* name : {"queue", "reason", "exchange", "count", "routing-keys"})
      text += (text.empty() ? "" : " ") + to_text(*death.find(name));
    if (const HeaderValue* expiration = death.find("original-expiration")) text += " " + to_text(*expiration);
    result.push_back(text);
  }
  return result;
}

DeadLetterTarget to_queue(const std::string& name) { return {.exchange = "", .key = name}; }

QueueOptions quorum() { return {.type = QueueType::kQuorum}; }

}  // namespace

TEST_CASE("policies: a message expires at its queue's time, and goes to the dead letters") {
  Story story;
  story.queue("q", {.message_ttl_ns = 20 * kMs, .dead_letter = to_queue("dead")});
  story.queue("dead", {});
  story.publish("q", {.key = "k", .id = "m"});
  CHECK(story.until(20 * kMs - 1).empty());
  CHECK(story.until(20 * kMs) == "q!expired:m q!dead:m");
  REQUIRE(story.stream("dead", 0) == "0:m");
  const Message& message = *story.last["m"];
  CHECK(message.key() == "dead");
  CHECK(deaths(message) == std::vector<std::string>{"q expired q 1 [\"k\"]"});
  CHECK(to_text(*message.headers().find("x-first-death-reason")) == "expired");
  CHECK(to_text(*message.headers().find("x-first-death-queue")) == "q");
  CHECK(to_text(*message.headers().find("x-first-death-exchange")) == "q");
}

TEST_CASE(
    "policies: the shorter of the queue's and the message's own time counts, and x-death keeps the latter") {
  Story story;
  story.queue("q", {.message_ttl_ns = 20 * kMs, .dead_letter = to_queue("dead")});
  story.queue("dead", {});
  story.publish("q", {.id = "short", .more = MoreProperties{.expiration = "5"}});
  story.publish("q", {.id = "long", .more = MoreProperties{.expiration = "50"}});
  CHECK(story.until(5 * kMs) == "q!expired:short q!dead:short");
  CHECK(story.until(20 * kMs) == "q!expired:long q!dead:long");
  story.stream("dead", 0);
  CHECK(deaths(*story.last["short"]) == std::vector<std::string>{"q expired q 1 [\"\"] 5"});
  CHECK(story.last["short"]->expiration().empty());
}

TEST_CASE("policies: a message expires only when it is the first") {
  Story story;
  story.queue("q", {});
  story.publish("q", "first");
  story.publish("q", {.id = "second", .more = MoreProperties{.expiration = "5"}});
  CHECK(story.until(100 * kMs).empty());
  CHECK(story.waiting("q") == "first second");
  CHECK(story.stream("q", 1) == "0:first q!expired:second");
}

TEST_CASE("policies: a time to live of 0 leaves only what a stream takes at once") {
  Story story;
  story.queue("q", {.message_ttl_ns = 0});
  CHECK(story.publish("q", "nobody") == "q!expired:nobody");
  story.stream("q", 1);
  CHECK(story.publish("q", "m") == "0:m");
  CHECK(story.publish("q", "full") == "q!expired:full");
  CHECK(story.requeue("m") == "q!expired:m");
}

TEST_CASE("policies: in a quorum queue a message lives a millisecond at least") {
  Story story;
  QueueOptions options = quorum();
  options.message_ttl_ns = 0;
  story.queue("q", options);
  CHECK(story.publish("q", "m").empty());
  CHECK(story.until(1 * kMs) == "q!expired:m");
}

TEST_CASE("policies: a full queue drops its head, rejects, or rejects and dead-letters") {
  const auto full = [](Overflow overflow, QueueType type) {
    Story story;
    story.queue("q", {.type = type, .max_length = 1, .overflow = overflow, .dead_letter = to_queue("dead")});
    story.queue("dead", {});
    story.publish("q", {.id = "0"}, {.publisher = PublisherIndex(1)});
    std::string text = story.publish("q", {.id = "1"}, {.publisher = PublisherIndex(1)});
    text += " | " + story.publish("q", {.id = "2"}, {.publisher = PublisherIndex(1)});
    return text + " | " + story.waiting("q") + " | " + story.waiting("dead");
  };
  CHECK(full(Overflow::kDropHead, QueueType::kClassic) ==
        "q!dropped:0 q!dead:0 | q!dropped:1 q!dead:1 | 2 | 0 1");
  CHECK(full(Overflow::kRejectPublish, QueueType::kClassic) == "q!refused:1 nack | q!refused:2 nack | 0 | ");
  CHECK(full(Overflow::kRejectPublishDlx, QueueType::kClassic) ==
        "q!refused:1 q!dead:1 nack | q!refused:2 q!dead:2 nack | 0 | 1 2");
  // It takes one more before its publishers hear of it, and does not know the third way.
  CHECK(full(Overflow::kRejectPublish, QueueType::kQuorum) == " | q!refused:2 nack | 0 1 | ");
  CHECK(full(Overflow::kRejectPublishDlx, QueueType::kQuorum) ==
        full(Overflow::kDropHead, QueueType::kQuorum));
}

TEST_CASE("policies: lengths of 0, and lengths in bytes") {
  Story story;
  story.queue("none", {.max_length = 0});
  CHECK(story.publish("none", "m") == "none!dropped:m");
  story.stream("none", 1);
  CHECK(story.publish("none", "taken") == "0:taken");
  story.queue("bytes", {.max_length_bytes = 5});
  const auto sized = [](const char* id, const char* payload) {
    return MessageFields{.payload = Payload::copy_of(payload), .id = id};
  };
  CHECK(story.publish("bytes", sized("0", "abc")).empty());
  CHECK(story.publish("bytes", sized("1", "ab")).empty());
  CHECK(story.publish("bytes", sized("2", "a")) == "bytes!dropped:0");
  CHECK(story.publish("bytes", sized("3", "abcdef")) == "bytes!dropped:1 bytes!dropped:2 bytes!dropped:3");
}

TEST_CASE("policies: what a quorum queue drops at once is dead-lettered the last first") {
  Story story;
  story.queue("dead", {});
  QueueOptions options{.max_length_bytes = 3, .dead_letter = to_queue("dead")};
  const auto sized = [](const char* id, std::size_t bytes) {
    return MessageFields{.payload = Payload::copy_of(std::string(bytes, 'x')), .id = id};
  };
  for (const QueueType type : {QueueType::kClassic, QueueType::kQuorum}) {
    options.type = type;
    const std::string name = type == QueueType::kClassic ? "classic" : "quorum";
    story.queue(name, options);
    for (const char* id : {"0", "1", "2"}) story.publish(name, sized(id, 1));
    story.publish(name, sized("3", 3));
  }
  CHECK(story.waiting("dead") == "0 1 2 2 1 0");
}

TEST_CASE("policies: when one of two queues rejects, the publisher hears of it and the other has its copy") {
  Story story;
  story.queue("a", {.max_length = 0, .overflow = Overflow::kRejectPublish});
  story.queue("b", {});
  story.exchange("x", {.type = ExchangeType::kFanout});
  story.broker.bind({.from = "x", .to = "a"}, 0);
  story.broker.bind({.from = "x", .to = "b"}, 0);
  CHECK(story.publish("x", "m") == "a!refused:m nack");
  CHECK(story.waiting("b") == "m");
}

TEST_CASE("policies: higher priorities leave first, and are the first that a full queue drops") {
  Story story;
  story.queue("q", {.max_length = 3, .max_priority = 2});
  const auto with = [](const char* id, std::uint8_t priority) {
    return MessageFields{.id = id, .more = MoreProperties{.priority = priority}};
  };
  story.publish("q", "none");
  story.publish("q", with("one", 1));
  story.publish("q", with("nine", 9));  // as 2
  CHECK(story.publish("q", with("two", 2)) == "q!dropped:nine");
  CHECK(story.waiting("q") == "two one none");
  CHECK(story.stream("q", 0) == "0:two 0:one 0:none");
}

TEST_CASE("policies: where messages go back to in a classic queue, a quorum queue, and one with a limit") {
  // A stream takes three of 0 to 4 and returns them one by one: what it gets instead shows the order.
  const auto rounds = [](const QueueOptions& options) {
    Story story;
    story.queue("q", options);
    for (const char* id : {"0", "1", "2", "3", "4"}) story.publish("q", id);
    std::string text = story.stream("q", 3);
    for (const char* id : {"2", "0", "1"}) text += " | " + story.requeue(id);
    return text;
  };
  CHECK(rounds({}) == "0:0 0:1 0:2 | 0:2* | 0:0* | 0:1*");
  CHECK(rounds(quorum()) == "0:0 0:1 0:2 | 0:3 | 0:4 | 0:2*");
  QueueOptions limited = quorum();
  limited.delivery_limit = 5;
  CHECK(rounds(limited) == "0:0 0:1 0:2 | 0:2* | 0:0* | 0:1*");
}

TEST_CASE("policies: a delivery limit of 2 means three deliveries, and the header counts the returns") {
  Story story;
  QueueOptions options = quorum();
  options.delivery_limit = 2;
  options.dead_letter = to_queue("dead");
  story.queue("q", options);
  story.queue("dead", {});
  story.publish("q", "m");
  CHECK(story.stream("q", 0) == "0:m");
  CHECK(story.last["m"]->headers().find("x-delivery-count") == nullptr);
  CHECK(story.requeue("m") == "0:m*");
  CHECK(*story.last["m"]->headers().find_integer("x-delivery-count") == 1);
  CHECK(story.requeue("m") == "0:m*");
  CHECK(*story.last["m"]->headers().find_integer("x-delivery-count") == 2);
  CHECK(story.requeue("m") == "q!given-up:m q!dead:m");
  story.stream("dead", 0);
  CHECK(deaths(*story.last["m"]) == std::vector<std::string>{"q delivery_limit q 1 [\"\"]"});
  CHECK(story.last["m"]->headers().find("x-delivery-count") == nullptr);
}

TEST_CASE("policies: a message over its delivery limit gives its stream room for one more, as in RabbitMQ") {
  Story story;
  QueueOptions options = quorum();
  options.delivery_limit = 0;
  story.queue("q", options);
  story.stream("q", 1);
  CHECK(story.publish("q", "0") == "0:0");
  CHECK(story.requeue("0") == "q!given-up:0");
  CHECK(story.publish("q", "1") == "0:1");
  CHECK(story.publish("q", "2") == "0:2");
  CHECK(story.publish("q", "3").empty());
}

TEST_CASE("policies: only the active one of a queue's streams is served, until it is closed") {
  Story story;
  story.queue("q", {.single_active_consumer = true});
  story.stream("q", 1);
  story.stream("q", 0);
  CHECK(story.publish("q", "0") == "0:0");
  CHECK(story.publish("q", "1").empty());
  CHECK(story.close(0) == "1:0* 1:1");
  CHECK(story.stream("q", 0).empty());
  CHECK(story.publish("q", "2") == "1:2");
  CHECK(story.close(1) == "2:0* 2:1* 2:2*");
}

TEST_CASE("policies: an auto-delete queue goes with its last stream, and takes along what it held") {
  Story story;
  story.queue("q", {.dead_letter = to_queue("dead"), .auto_delete = true});
  story.queue("dead", {});
  story.publish("q", "0");
  story.publish("q", "1");
  story.stream("q", 1);
  CHECK(story.close(0) == "q!removed:0 q!removed:1 q!gone");
  CHECK(story.waiting("dead").empty());
  CHECK(story.publish("q", {.id = "2"}, {.mandatory = true}) == "returned");
  CHECK(story.stream("q", 0).empty());  // it is there again
  CHECK(story.publish("q", "3") == "1:3");
}

TEST_CASE("policies: a queue that nobody uses is removed after a time, with its messages and bindings") {
  Story story;
  story.queue("q", {.expires_ns = 10 * kMs});
  story.broker.bind({.from = "x", .to = "q"}, 0);
  story.publish("x", "m");
  CHECK(story.until(10 * kMs) == "q!removed:m q!gone");
  CHECK(story.publish("x", {.id = "n"}, {.mandatory = true}) == "returned");
}

TEST_CASE("policies: a stream keeps a queue, whose time begins anew when it is closed") {
  Story story;
  story.queue("q", {.expires_ns = 10 * kMs});
  story.until(5 * kMs);
  story.stream("q", 0);
  CHECK(story.until(50 * kMs).empty());
  story.close(0);
  CHECK(story.until(60 * kMs - 1).empty());
  CHECK(story.until(60 * kMs) == "q!gone");
}

TEST_CASE("policies: an exclusive queue has one stream, and goes with it") {
  Story story;
  story.queue("q", {.exclusive = true});
  story.stream("q", 0);
  CHECK_THROWS_AS(story.stream("q", 0), RunError);
  CHECK(story.close(0) == "q!gone");
}

TEST_CASE(
    "policies: an alternate exchange gets what no binding takes; what it does not take either is returned") {
  Story story;
  story.exchange("x", {.type = ExchangeType::kDirect, .alternate = "other"});
  story.exchange("other", {.type = ExchangeType::kDirect});
  story.queue("a", {});
  story.queue("b", {});
  story.broker.bind({.from = "x", .to = "a", .key = "a"}, 0);
  story.broker.bind({.from = "other", .to = "b", .key = "b"}, 0);
  const auto keyed = [](const char* key) { return MessageFields{.key = key, .id = key}; };
  CHECK(story.publish("x", keyed("a"), {.mandatory = true}).empty());
  CHECK(story.publish("x", keyed("b"), {.mandatory = true}).empty());
  CHECK(story.publish("x", keyed("c"), {.mandatory = true}) == "returned");
  CHECK(story.waiting("a") == "a");
  CHECK(story.waiting("b") == "b");
}

TEST_CASE("policies: messages go through exchanges that are bound to each other, once") {
  Story story;
  story.exchange("x", {.type = ExchangeType::kFanout});
  story.exchange("y", {.type = ExchangeType::kTopic});
  story.queue("a", {});
  story.broker.bind({.from = "x", .to = "y", .target = BindingTarget::kExchange}, 0);
  story.broker.bind({.from = "y", .to = "x", .target = BindingTarget::kExchange}, 0);
  story.broker.bind({.from = "y", .to = "a", .key = "k.*"}, 0);
  story.broker.bind({.from = "x", .to = "a"}, 0);
  story.publish("y", {.key = "k.l", .id = "m"});
  CHECK(story.waiting("a") == "m");
}

TEST_CASE("policies: a rejected message is dead-lettered with its own keys, or with the one of its queue") {
  Story story;
  story.exchange("dlx", {.type = ExchangeType::kDirect});
  story.queue("own", {.dead_letter = DeadLetterTarget{.exchange = "dlx"}});
  story.queue("other", {.dead_letter = DeadLetterTarget{.exchange = "dlx", .key = "set"}});
  for (const char* name : {"k", "cc", "bcc", "set"}) {
    story.queue(name, {});
    story.broker.bind({.from = "dlx", .to = name, .key = name}, 0);
  }
  const auto copied = [](const char* id) {
    return MessageFields{
        .key = "k",
        .headers = {{"CC", HeaderArray({std::string("cc")})}, {"BCC", HeaderArray({std::string("bcc")})}},
        .id = id};
  };
  story.stream("own", 0);
  story.publish("own", copied("m"));
  CHECK(story.last["m"]->headers().find("BCC") == nullptr);
  CHECK(story.reject("m") == "own!dead:m");
  CHECK(story.waiting("k") + story.waiting("cc") + story.waiting("bcc") + story.waiting("set") == "mmm");
  story.stream("k", 0);
  CHECK(deaths(*story.last["m"]) == std::vector<std::string>{"own rejected own 1 [\"k\", \"cc\"]"});

  story.stream("other", 0);
  story.publish("other", copied("n"));
  CHECK(story.reject("n") == "other!dead:n");
  CHECK(story.waiting("set") == "n");
  story.stream("set", 0);
  CHECK(story.last["n"]->headers().find("CC") == nullptr);
}

TEST_CASE("policies: deaths of one queue and reason are counted, the latest first") {
  Story story;
  story.queue("work", {.dead_letter = to_queue("wait")});
  story.queue("wait", {.message_ttl_ns = 1 * kMs, .dead_letter = to_queue("work")});
  story.stream("work", 0);
  CHECK(story.publish("work", "m") == "0:m");
  CHECK(story.reject("m") == "work!dead:m");
  CHECK(story.until(1 * kMs) == "0:m wait!expired:m wait!dead:m");
  CHECK(deaths(*story.last["m"]) ==
        std::vector<std::string>{"wait expired  1 [\"wait\"]", "work rejected work 1 [\"\"]"});
  CHECK(story.reject("m") == "work!dead:m");
  CHECK(story.until(2 * kMs) == "0:m wait!expired:m wait!dead:m");
  CHECK(deaths(*story.last["m"]) ==
        std::vector<std::string>{"wait expired  2 [\"wait\"]", "work rejected work 2 [\"\"]"});
}

TEST_CASE("policies: a message that went round without a rejection is dropped") {
  Story story;
  story.queue("a", {.message_ttl_ns = 1 * kMs, .dead_letter = to_queue("b")});
  story.queue("b", {.message_ttl_ns = 1 * kMs, .dead_letter = to_queue("a")});
  story.publish("a", "m");
  CHECK(story.until(1 * kMs) == "a!expired:m a!dead:m");
  CHECK(story.waiting("b") == "m");
  CHECK(story.until(10 * kMs) == "b!expired:m b!dead:m");
  CHECK(story.waiting("a").empty());
}

TEST_CASE("policies: a message that went round with a rejection may do so for ever, which ends the run") {
  Story story;
  story.queue(
      "full",
      {.max_length_bytes = 5, .overflow = Overflow::kRejectPublishDlx, .dead_letter = to_queue("blink")});
  story.queue("blink", {.message_ttl_ns = 0, .dead_letter = to_queue("full")});
  story.stream("full", 1);
  const auto publish = [&story](const char* id, const char* payload) {
    story.publish("full", MessageFields{.payload = Payload::copy_of(payload), .id = id});
  };
  publish("m", "333");
  publish("n", "1");
  publish("o", "4444");
  CHECK_THROWS_WITH(story.reject("m"), ContainsSubstring("message 'm' goes round for ever") &&
                                           ContainsSubstring("queue 'full'"));
}
