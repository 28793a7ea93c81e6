#include "amqp/duplicates.h"

#include "support/catch.h"

using namespace dse;

namespace {

struct Written {
  std::uint64_t connection = 1;
  bool redelivered = false;
  std::string body = "body";
  std::string id = "job";
  std::string run = "";
  std::optional<std::int64_t> number = std::nullopt;
  std::uint64_t tag = 1;
  std::uint64_t settled_before = 0;
};

Arrival arrival(const Written& written) {
  return {.tag = {.connection = written.connection, .subscription = 0, .tag = written.tag},
          .redelivered = written.redelivered,
          .run = written.run,
          .number = written.number,
          .message = {.payload = Payload::copy_of(written.body), .id = written.id},
          .settled_before = written.settled_before};
}

constexpr std::size_t kMost = 100;

}  // namespace

TEST_CASE("duplicates: one id, and even equal messages, prove nothing on one connection") {
  Duplicates duplicates(kMost);
  CHECK_FALSE(duplicates.is_again(arrival({.body = "a"})));
  CHECK_FALSE(duplicates.is_again(arrival({.body = "b"})));
  CHECK_FALSE(duplicates.is_again(arrival({.body = "b"})));
  CHECK_FALSE(duplicates.is_again(arrival({.redelivered = true, .body = "b"})));
}

TEST_CASE(
    "duplicates: each one taken on a connection that is lost excuses one that is equal and redelivered") {
  Duplicates duplicates(kMost);
  for (int i = 0; i < 2; ++i) CHECK_FALSE(duplicates.is_again(arrival({.connection = 1})));
  CHECK_FALSE(duplicates.is_again(arrival({.connection = 2})));  // not marked redelivered
  CHECK_FALSE(duplicates.is_again(arrival({.connection = 2, .redelivered = true, .body = "other"})));
  CHECK_FALSE(duplicates.is_again(arrival({.connection = 2, .redelivered = true, .id = "other"})));
  CHECK(duplicates.is_again(arrival({.connection = 2, .redelivered = true})));
  CHECK(duplicates.is_again(arrival({.connection = 2, .redelivered = true})));
  CHECK_FALSE(duplicates.is_again(arrival({.connection = 2, .redelivered = true})));
}

TEST_CASE("duplicates: what was excused once may be lost again") {
  Duplicates duplicates(kMost);
  CHECK_FALSE(duplicates.is_again(arrival({.connection = 1})));
  for (std::uint64_t connection = 2; connection < 5; ++connection)
    CHECK(duplicates.is_again(arrival({.connection = connection, .redelivered = true})));
}

TEST_CASE("duplicates: a publication of ours that comes twice is one message, over one connection or two") {
  Duplicates duplicates(kMost);
  const Written first{.run = "1f", .number = 7};
  CHECK_FALSE(duplicates.is_again(arrival(first)));
  CHECK(duplicates.is_again(arrival(first)));
  CHECK(duplicates.is_again(arrival({.connection = 2, .run = "1f", .number = 7})));
  CHECK_FALSE(duplicates.is_again(arrival({.run = "1f", .number = 8})));
  CHECK_FALSE(duplicates.is_again(arrival({.run = "2f", .number = 7})));
  // A foreign program copies our headers to its own messages.
  CHECK_FALSE(duplicates.is_again(arrival({.body = "answer", .run = "1f", .number = 7})));
}

TEST_CASE("duplicates: what went back to its queue on purpose is taken when it comes again") {
  Duplicates duplicates(kMost);
  for (const Written& written : {Written{}, Written{.run = "1f", .number = 7}}) {
    const Arrival one = arrival(written);
    CHECK_FALSE(duplicates.is_again(one));
    duplicates.forget(one.tag, one.identity());
    Written again = written;
    again.redelivered = true;
    CHECK_FALSE(duplicates.is_again(arrival(again)));
  }
}

TEST_CASE("duplicates: the oldest are forgotten") {
  Duplicates duplicates(2);  // the prefetch: no more can be unsettled
  for (const char* body : {"a", "b", "c"}) CHECK_FALSE(duplicates.is_again(arrival({.body = body})));
  CHECK_FALSE(duplicates.is_again(arrival({.connection = 2, .redelivered = true, .body = "a"})));
  CHECK(duplicates.is_again(arrival({.connection = 2, .redelivered = true, .body = "b"})));
  CHECK(duplicates.is_again(arrival({.connection = 2, .redelivered = true, .body = "c"})));
}

TEST_CASE("duplicates: of those that lost connections excuse, the oldest are forgotten") {
  Duplicates duplicates(2);
  const auto take = [&duplicates](std::uint64_t connection, const char* body) {
    return duplicates.is_again(arrival({.connection = connection, .redelivered = true, .body = body}));
  };
  for (const char* body : {"a", "b"}) CHECK_FALSE(take(1, body));
  for (const char* body : {"c", "d"}) CHECK_FALSE(take(2, body));
  for (const char* body : {"e", "f"}) CHECK_FALSE(take(3, body));
  CHECK_FALSE(take(4, "a"));  // six are more than twice the prefetch
  CHECK(take(4, "c"));
  CHECK(take(4, "f"));
}

TEST_CASE("duplicates: what was settled on a connection that was left in good order excuses nothing") {
  Duplicates duplicates(kMost);
  for (std::uint64_t tag = 1; tag <= 5; ++tag) CHECK_FALSE(duplicates.is_again(arrival({.tag = tag})));
  // Three of the five were settled: of the messages that come again, two were here before.
  int again = 0;
  for (std::uint64_t tag = 1; tag <= 5; ++tag) {
    const Arrival one = arrival({.connection = 2, .redelivered = true, .tag = tag, .settled_before = 3});
    if (duplicates.is_again(one)) ++again;
  }
  CHECK(again == 2);
}

TEST_CASE("duplicates: messages that say different times are different messages") {
  Arrival early = arrival({});
  Arrival late = arrival({.connection = 2, .redelivered = true});
  early.message.timestamp = 1;
  late.message.timestamp = 2;
  Duplicates duplicates(kMost);
  CHECK_FALSE(duplicates.is_again(early));
  CHECK_FALSE(duplicates.is_again(late));
}

TEST_CASE("duplicates: a quorum queue's count of deliveries makes no other message of one that comes again") {
  Duplicates duplicates(kMost);
  Arrival first = arrival({.connection = 1, .run = "1f", .number = 7});
  Arrival again = arrival({.connection = 2, .redelivered = true, .run = "1f", .number = 7});
  again.message.headers = {{"x-delivery-count", std::int64_t{1}}};
  CHECK_FALSE(duplicates.is_again(first));
  CHECK(duplicates.is_again(again));
  Arrival dead = arrival({.connection = 2, .run = "1f", .number = 7});
  dead.message.headers = {{"x-death", HeaderArray(std::vector<HeaderValue>{std::int64_t{1}})}};
  CHECK_FALSE(duplicates.is_again(dead));  // it was in another queue meanwhile
}

TEST_CASE(
    "duplicates: copies that died at different times are one message, those that died more often are not") {
  const auto dead = [](std::int64_t count, std::uint64_t seconds) {
    Arrival one = arrival({.connection = 1, .run = "1f", .number = 7});
    const Headers death = {{"count", count}, {"queue", std::string("q")}, {"time", HeaderTimestamp(seconds)}};
    one.message.headers = {{"x-death", HeaderArray(std::vector<HeaderValue>{HeaderTable(death)})}};
    return one;
  };
  Duplicates duplicates(kMost);
  CHECK_FALSE(duplicates.is_again(dead(1, 100)));
  CHECK(duplicates.is_again(dead(1, 101)));
  CHECK_FALSE(duplicates.is_again(dead(2, 102)));
}
