// What a publisher does with confirms, refusals, returns and lost connections.
#include "support/catch.h"
#include "unit/amqp/publishing.h"

using namespace dse;
using namespace std::chrono_literals;

namespace {

std::int64_t number_of(const PeerPublication& publication) {
  const std::int64_t* number = publication.message.headers.find_integer("x-dse-number");
  return number == nullptr ? -1 : *number;
}

}  // namespace

TEST_CASE("publisher: what it sends has the mark of its process and a number") {
  Publishing one;
  one.publish("m");
  one.publish("n");
  const PeerPublication sent = one.expect_message("m");
  CHECK(sent.exchange == "x");
  CHECK(sent.mandatory);
  CHECK(sent.message.key == "k");
  CHECK(to_text(*sent.message.headers.find("x-dse-run")) == "1f");
  CHECK(number_of(sent) == 0);
  CHECK(number_of(one.expect_message("n")) == 1);
}

TEST_CASE("publisher: confirms come one by one, in any order, and by prefix") {
  Publishing one;
  one.publish_all({"a", "b", "c", "d", "e"});
  CHECK(one.publisher->unconfirmed() == 5);
  one.peer.confirm({.tag = 2});
  one.peer.confirm({.tag = 1});
  one.await([&] { return one.publisher->confirmed() == 2; });
  one.peer.confirm({.tag = 5});
  one.peer.confirm({.tag = 4, .multiple = true});
  one.await([&] { return one.publisher->confirmed() == 5; });
  CHECK(one.publisher->unconfirmed() == 0);
  CHECK(one.publisher->counts().published == 5);
  CHECK(one.publisher->counts().republished == 0);
}

TEST_CASE("publisher: a confirm of what was never sent, or was confirmed before, is nothing") {
  Publishing one;
  one.publish_all({"a", "b"});
  for (const AmqpPeer::Confirm& confirm : {AmqpPeer::Confirm{.tag = 9},
                                           {.tag = 9, .multiple = true},
                                           {.tag = 0, .multiple = true},
                                           {.tag = 1},
                                           {.tag = 1},
                                           {.tag = 1, .multiple = true}})
    one.peer.confirm(confirm);
  one.await([&] { return one.publisher->confirmed() == 1; });
  one.peer.confirm({.tag = 2});
  one.await([&] { return one.publisher->confirmed() == 2; });
}

TEST_CASE("publisher: what was not confirmed when a connection is lost is published again, in order") {
  Publishing one;
  one.publish_all({"a", "b", "c", "d"});
  one.peer.confirm({.tag = 2});
  one.await([&] { return one.publisher->unconfirmed() == 4 && one.publisher->state().connected; });
  one.peer.confirm({.tag = 1});
  one.await([&] { return one.publisher->confirmed() == 2; });
  one.peer.cut();
  one.await([&] { return !one.publisher->state().connected; });
  CHECK_THAT(one.publisher->state().problem, ContainsSubstring("there:1/ has closed the connection"));
  one.publish("e");
  one.clock->await_pause(100ms);
  one.clock->advance(100ms);
  one.accept();
  CHECK(number_of(one.expect_message("c")) == 2);
  CHECK(number_of(one.expect_message("d")) == 3);
  CHECK(number_of(one.expect_message("e")) == 4);
  one.peer.confirm({.tag = 3, .multiple = true});
  one.await([&] { return one.publisher->unconfirmed() == 0; });
  CHECK(one.publisher->counts().republished == 2);
  CHECK(one.publisher->state().reconnects == 1);
  CHECK(one.publisher->state().problem == "");
}

TEST_CASE("publisher: a connection that is lost once more publishes the same again") {
  Publishing one;
  one.publish_all({"a", "b"});
  for (int time = 0; time < 3; ++time) {
    one.peer.cut();
    one.clock->await_pause(100ms * (1 << time));  // nothing was received on the connections
    one.clock->advance(100ms * (1 << time));
    one.accept();
    one.expect_message("a");
    one.expect_message("b");
  }
  one.peer.confirm({.tag = 2, .multiple = true});
  one.await([&] { return one.publisher->confirmed() == 2; });
  CHECK(one.publisher->counts().republished == 6);
}

TEST_CASE("publisher: what the broker refuses is published again after growing pauses") {
  Publishing one;
  one.publish_all({"a"});
  std::uint64_t tag = 1;
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1'600ms, 3'200ms, 5'000ms, 5'000ms}) {
    one.peer.refuse({.tag = tag++});
    one.clock->await_pause(pause);
    CHECK_THAT(one.publisher->counts().obstacle(), ContainsSubstring("has refused messages"));
    one.clock->advance(pause);
    one.expect_message("a");
  }
  one.peer.confirm({.tag = tag});
  one.await([&] { return one.publisher->unconfirmed() == 0; });
  CHECK(one.publisher->counts().nacked == 8);
  CHECK(one.publisher->counts().obstacle() == "");
  // A confirm ends the back-off: the next pause is the first again.
  one.publish_all({"b"});
  one.peer.refuse({.tag = tag + 1});
  one.clock->await_pause(100ms);
}

TEST_CASE("publisher: what comes after a refused message waits behind it") {
  Publishing one;
  one.publish_all({"a", "b", "c"});
  one.peer.refuse({.tag = 2, .multiple = true});
  one.clock->await_pause(100ms);
  one.publish("d");
  one.peer.confirm({.tag = 3});
  one.await([&] { return !one.publisher->counts().refusing; });
  CHECK(one.publisher->confirmed() == 0);
  one.clock->advance(100ms);
  for (const char* id : {"a", "b", "d"}) one.expect_message(id);
}

TEST_CASE("publisher: a refusal is final for a message whose writer asked, and holds nothing back") {
  Publishing one;
  one.publish_confirmed("a");
  one.publish_confirmed("b");
  one.peer.refuse({.tag = 1});
  one.await([&] { return one.publisher->confirmed() == 1; });
  CHECK(told(*one.publisher) == std::vector<std::string>{"a refused"});
  CHECK(one.publisher->counts().nacked == 1);
  CHECK(one.publisher->counts().republished == 0);
  CHECK(one.publisher->counts().obstacle() == "");
  one.publish_all({"c"});  // at once, while the clock stands
  one.peer.confirm({.tag = 3, .multiple = true});
  one.await([&] { return one.publisher->unconfirmed() == 0; });
  CHECK(told(*one.publisher) == std::vector<std::string>{"b accepted"});
}

TEST_CASE("publisher: of messages refused together, those whose writer did not ask are published again") {
  Publishing one;
  one.publish_confirmed("a");
  one.publish_all({"b"});
  one.publish_confirmed("c");
  one.peer.refuse({.tag = 3, .multiple = true});
  one.clock->await_pause(100ms);
  CHECK(told(*one.publisher) == std::vector<std::string>{"a refused", "c refused"});
  CHECK_THAT(one.publisher->counts().obstacle(), ContainsSubstring("has refused messages"));
  CHECK(one.publisher->confirmed() == 1);
  one.clock->advance(100ms);
  one.expect_message("b");
  one.peer.confirm({.tag = 4});
  one.await([&] { return one.publisher->confirmed() == 3; });
  CHECK(told(*one.publisher).empty());
}

TEST_CASE("publisher: one outcome tells of a return and of the verdict") {
  Publishing one;
  one.peer.give_back(one.publish_confirmed("a", true));
  one.peer.give_back(one.publish_confirmed("b"));
  one.await([&] { return one.publisher->counts().unroutable == 2; });
  CHECK(told(*one.publisher).empty());  // not before the verdict
  one.peer.confirm({.tag = 2, .multiple = true});
  one.await([&] { return one.publisher->confirmed() == 2; });
  CHECK(told(*one.publisher) == std::vector<std::string>{"a returned accepted", "b accepted"});
}

TEST_CASE("publisher: a message without a verdict when the connection is lost gets one on the next") {
  Publishing one;
  one.peer.give_back(one.publish_confirmed("a", true));
  one.publish_confirmed("b");
  one.publish_confirmed("c");
  one.peer.refuse({.tag = 2});
  one.await([&] { return one.publisher->counts().nacked == 1; });
  one.peer.cut();
  one.clock->await_pause(100ms);
  one.clock->advance(100ms);
  one.accept();
  one.expect_message("a");
  one.expect_message("c");  // what was refused is not sent again
  one.peer.confirm({.tag = 1});
  one.peer.refuse({.tag = 2});
  one.await([&] { return one.publisher->unconfirmed() == 0; });
  CHECK(told(*one.publisher) == std::vector<std::string>{"b refused", "a accepted", "c refused"});
  CHECK(one.publisher->counts().republished == 2);
}

TEST_CASE("publisher: returns are counted by route, and are confirmed all the same") {
  Publishing one(3);
  one.publish("a", 0);
  one.publish("b", 2);
  one.expect_message("a");
  PeerPublication returned = one.expect_message("b");
  one.peer.give_back(returned);
  one.peer.confirm({.tag = 2, .multiple = true});
  one.await([&] { return one.publisher->unconfirmed() == 0; });
  CHECK(one.publisher->counts().unroutable == 1);
  CHECK(one.publisher->counts().routes[0].unroutable == 0);
  CHECK(one.publisher->counts().routes[2].unroutable == 1);
  // The peer returns a message that it was never given.
  returned.message.headers.remove("x-dse-number");
  one.peer.give_back(returned);
  one.await([&] { return one.publisher->counts().unroutable == 2; });
  CHECK(one.publisher->counts().routes[2].unroutable == 1);
}

TEST_CASE("publisher: it sends nothing while the broker asks to wait") {
  Publishing one;
  one.peer.send(0, AMQP_CONNECTION_BLOCKED_METHOD,
                amqp_connection_blocked_t{amqp_cstring_bytes("low on memory")});
  one.await([&] { return one.publisher->counts().blocked; });
  one.publish("a");
  CHECK_THAT(one.publisher->counts().obstacle(), ContainsSubstring("asks to wait (low on memory)"));
  one.peer.send(0, AMQP_CONNECTION_UNBLOCKED_METHOD, amqp_connection_unblocked_t{});
  one.expect_message("a");
  one.await([&] { return !one.publisher->counts().blocked; });
  CHECK(one.publisher->counts().obstacle() == "");
}

TEST_CASE("publisher: a new connection is not blocked, though the one before was") {
  Publishing one;
  one.peer.send(0, AMQP_CONNECTION_BLOCKED_METHOD, amqp_connection_blocked_t{amqp_cstring_bytes("disk")});
  one.await([&] { return one.publisher->counts().blocked; });
  one.publish("a");
  one.peer.cut();
  one.clock->await_pause(100ms);
  one.clock->advance(100ms);
  one.accept();
  one.expect_message("a");
  CHECK_FALSE(one.publisher->counts().blocked);
}

TEST_CASE("publisher: with 20,000 unconfirmed it is full, and at most 8,192 are on their way") {
  Publishing one;
  CHECK_FALSE(one.publisher->full());
  for (std::size_t number = 0; number < Publisher::kUnconfirmedMax; ++number)
    one.publish(std::to_string(number));
  CHECK(one.publisher->full());
  for (int number = 0; number < 8'192; ++number) one.expect_message(std::to_string(number));
  one.peer.confirm({.tag = 1});
  one.expect_message("8192");
  one.await([&] { return !one.publisher->full(); });
}
