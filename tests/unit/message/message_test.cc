#include "dse/message.h"

#include <thread>
#include <vector>

#include "support/catch.h"

using namespace dse;

namespace {

// Lives as long as the message made with it.
struct Watched {
  std::shared_ptr<int> owner = std::make_shared<int>(0);
  std::weak_ptr<int> alive = owner;
  MessagePtr make() { return make_message({.payload = Payload(std::move(owner), {}), .id = "a-0"}); }
};

}  // namespace

TEST_CASE("a message goes with its last reference") {
  Watched watched;
  MessagePtr first = watched.make();
  MessagePtr second = first;
  CHECK(first.get() == second.get());
  first = MessagePtr();
  CHECK_FALSE(watched.alive.expired());
  const MessagePtr moved = std::move(second);
  CHECK_FALSE(second);
  MessagePtr third = moved;
  third = *&third;
  CHECK_FALSE(watched.alive.expired());
}

TEST_CASE("a reference travels as a word: released by one, adopted by another") {
  Watched watched;
  MessagePtr held = watched.make();
  const Message* word = held.release();
  CHECK_FALSE(held);
  CHECK_FALSE(watched.alive.expired());
  held = MessagePtr::adopt(word);
  CHECK(held.get() == word);
  held = MessagePtr();
  CHECK(watched.alive.expired());
}

TEST_CASE("threads may take and drop references at the same time") {
  Watched watched;
  MessagePtr message = watched.make();
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([message] {
        for (int round = 0; round < 20'000; ++round) MessagePtr(message).get();
      });
    }
  }
  CHECK_FALSE(watched.alive.expired());
  message = MessagePtr();
  CHECK(watched.alive.expired());
}

TEST_CASE("a message keeps what it was made of, and the hashes of its id and bytes") {
  const MessagePtr message = make_message({.payload = Payload::copy_of("bytes"),
                                           .key = "lenet.7",
                                           .headers = {{"label", std::int64_t{7}}},
                                           .id = "lenet-3",
                                           .correlation_id = "camera-12",
                                           .app_id = "lenet",
                                           .content_type = "application/octet-stream",
                                           .timestamp = 50'000});
  CHECK(message->key() == "lenet.7");
  CHECK(message->headers() == Headers{{"label", std::int64_t{7}}});
  CHECK(message->id() == "lenet-3");
  CHECK(message->correlation_id() == "camera-12");
  CHECK(message->app_id() == "lenet");
  CHECK(message->fields().content_type == "application/octet-stream");
  CHECK(message->timestamp() == 50'000);
  CHECK(message->id_hash() == hash_text("lenet-3"));
  CHECK(message->payload_hash() == hash_text("bytes"));
}
