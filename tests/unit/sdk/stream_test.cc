// Programs that stream a resource.
#include "dse/machine.h"
#include "support/catch.h"
#include "unit/sdk/fake_link.h"

using namespace dse;

namespace {

using Calls = std::vector<std::string>;

MessagePtr message(const std::string& id) { return make_message({.id = id}); }

// A machine that streams "a" with a handler, and a diary.
struct Streaming {
  FakeLink link;
  Machine machine{"m", link};
  std::string diary;

  explicit Streaming(Handler handler) {
    machine.start({stream_resource("a", 5, std::move(handler))});
    REQUIRE(link.take_calls() == Calls{"declare a", "stream a 5"});
  }
  void deliver(std::uint64_t tag, bool redelivered = false) {
    machine.deliver({message(std::to_string(tag)), tag, redelivered});
  }
};

}  // namespace

TEST_CASE("a stream waits for messages, and acknowledges each when its handler is done") {
  std::string diary;
  Streaming one([&diary](Machine& machine, const MessagePtr& got) {
    diary += got->id();
    machine.next();
  });
  CHECK(one.machine.waits_for() == "a message");
  one.deliver(7);
  CHECK(diary == "7");
  CHECK(one.link.take_calls() == Calls{"acknowledge 7"});
  CHECK(one.machine.waits_for() == "a message");
  CHECK_FALSE(one.machine.ended());
}

TEST_CASE("a message is acknowledged only after the steps that its handler evaluated") {
  Streaming one([](Machine& machine, const MessagePtr&) {
    machine.eval(after(10), write_resource("b", machine.compose({})), after(10));
  });
  one.deliver(1);
  CHECK(one.link.take_calls() == Calls{"after 10"});
  one.link.run(one.machine, 1);
  CHECK(one.link.take_calls() == Calls{"declare b", "publish b m-0", "after 10"});
  one.link.run(one.machine);
  CHECK(one.link.take_calls() == Calls{"acknowledge 1"});
}

TEST_CASE("a handler finishes before the steps that it evaluates begin") {
  std::string diary;
  Streaming one([&diary](Machine& machine, const MessagePtr& got) {
    machine.eval(call([&diary](Machine& again) {
      diary += "step ";
      again.next();
    }));
    diary += got->id() + " ";  // the message still exists
  });
  one.deliver(1);
  one.deliver(2);
  CHECK(diary == "1 step 2 step ");
}

TEST_CASE("messages are handled one at a time, in the order in which they came") {
  std::string diary;
  Streaming one([&diary](Machine& machine, const MessagePtr& got) {
    diary += got->id() + "(";
    machine.eval(after(10), call([&diary](Machine& again) {
                   diary += ")";
                   again.next();
                 }));
  });
  for (std::uint64_t tag = 1; tag <= 3; ++tag) one.deliver(tag);
  CHECK(diary == "1(");
  CHECK(one.machine.inbox_size() == 2);
  one.link.run(one.machine);
  CHECK(diary == "1()2()3()");
  CHECK(one.machine.inbox_size() == 0);
  CHECK(one.link.now() == 30);
  CHECK(one.link.take_calls() ==
        Calls{"after 10", "acknowledge 1", "after 10", "acknowledge 2", "after 10", "acknowledge 3"});
}

TEST_CASE("a full inbox of messages without steps does not grow the stack") {
  bool waited = false;
  int handled = 0;
  Streaming one([&](Machine& machine, const MessagePtr&) {
    ++handled;
    if (std::exchange(waited, true)) return machine.next();
    machine.eval(after(1));
  });
  const MessagePtr shared = message("x");
  for (std::uint64_t tag = 0; tag < 300'000; ++tag) one.machine.deliver({shared, tag, false});
  one.link.run(one.machine);
  CHECK(handled == 300'000);
}

TEST_CASE("what arrives before the stream is open waits for it") {
  FakeLink link;
  Machine machine("m", link);
  int handled = 0;
  machine.start({after(10), stream_resource("a", 1, [&handled](Machine& again, const MessagePtr&) {
                   ++handled;
                   again.next();
                 })});
  machine.deliver({message("1"), 1, false});
  CHECK(handled == 0);
  link.run(machine);
  CHECK(handled == 1);
}

TEST_CASE("a handler may reject its message, with or without requeue, and only its own") {
  Streaming one([](Machine& machine, const MessagePtr& got) {
    if (got->id() == "1") machine.reject_current(true);
    if (got->id() == "2") machine.reject_current(false);
    machine.eval(after(5));
  });
  for (std::uint64_t tag = 1; tag <= 3; ++tag) one.deliver(tag);
  one.link.run(one.machine);
  CHECK(one.link.take_calls() ==
        Calls{"after 5", "reject 1 requeue", "after 5", "reject 2 drop", "after 5", "acknowledge 3"});
}

TEST_CASE("a step of the handler may still reject") {
  Streaming one([](Machine& machine, const MessagePtr&) {
    machine.eval(after(5), call([](Machine& again) {
                   again.reject_current(false);
                   again.next();
                 }));
  });
  one.deliver(1);
  one.link.run(one.machine);
  CHECK(one.link.take_calls() == Calls{"after 5", "reject 1 drop"});
}

TEST_CASE("a handler knows whether its message was delivered before") {
  std::string diary;
  Streaming one([&diary](Machine& machine, const MessagePtr&) {
    diary += machine.redelivered() ? "again " : "first ";
    machine.next();
  });
  one.deliver(1, true);
  one.deliver(2, false);
  CHECK(diary == "again first ");
}

TEST_CASE("a handler may end the program; its message stays unacknowledged") {
  int handled = 0;
  Streaming one([&handled](Machine& machine, const MessagePtr&) {
    ++handled;
    machine.eval(dse::exit(4));
  });
  one.deliver(1);
  one.deliver(2);
  CHECK(handled == 1);
  CHECK(one.machine.status() == 4);
  CHECK(one.link.take_calls() == Calls{"end 4"});
}

TEST_CASE("a machine lets go of a message when it is settled") {
  Streaming one([](Machine& machine, const MessagePtr&) { machine.next(); });
  auto owner = std::make_shared<int>(0);
  const std::weak_ptr<int> alive = owner;
  one.machine.deliver({make_message({.payload = Payload(std::move(owner), {}), .id = "x"}), 1, false});
  CHECK(alive.expired());
}

TEST_CASE("a handler that may not begin begins when it is told to, before what came later") {
  std::string diary;
  Streaming one([&diary](Machine& machine, const MessagePtr& got) {
    diary += got->id();
    machine.next();
  });
  int asked = 0;
  one.machine.set_may_begin([&asked](const Delivered&) { return ++asked != 2; });
  for (const std::uint64_t tag : {1U, 2U, 3U}) one.deliver(tag);
  CHECK(diary == "1");
  CHECK(one.machine.waits_for() == "leave to handle a message");
  CHECK(one.machine.inbox_size() == 2);
  one.machine.go_on();
  CHECK(diary == "123");
  CHECK(asked == 3);
  one.machine.go_on();  // nothing waits for it
  CHECK(diary == "123");
  CHECK(one.link.take_calls() == Calls{"acknowledge 1", "acknowledge 2", "acknowledge 3"});
}

TEST_CASE("an inbox that is forgotten: only what comes later is handled, and a handler goes on") {
  std::string diary;
  Streaming one([&diary](Machine& machine, const MessagePtr& got) {
    diary += got->id();
    machine.eval(after(10));
  });
  for (const std::uint64_t tag : {1U, 2U, 3U}) one.deliver(tag);
  one.machine.forget_inbox();
  one.link.run(one.machine);
  one.deliver(4);
  one.link.run(one.machine);
  CHECK(diary == "14");
  // Also the one whose handler may not begin.
  one.machine.set_may_begin([](const Delivered& delivery) { return delivery.tag != 5; });
  one.deliver(5);
  one.machine.forget_inbox();
  one.machine.go_on();
  one.deliver(6);
  CHECK(diary == "146");
}
