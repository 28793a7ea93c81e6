#include "dse/machine.h"

#include "dse/error.h"
#include "support/catch.h"
#include "unit/sdk/fake_link.h"

using namespace dse;

namespace {

using Calls = std::vector<std::string>;

// A step that writes its name into a diary and continues.
Step note(std::string& diary, std::string name) {
  return call([&diary, name = std::move(name)](Machine& machine) {
    diary += name;
    machine.next();
  });
}

}  // namespace

TEST_CASE("a program runs in order, and an empty deque ends it with status 0") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  CHECK_FALSE(machine.status().has_value());
  machine.start({note(diary, "a"), note(diary, "b"), note(diary, "c")});
  CHECK(diary == "abc");
  CHECK(machine.status() == 0);
  CHECK(link.take_calls() == Calls{"end 0"});
}

TEST_CASE("an empty program ends at once") {
  FakeLink link;
  Machine machine("m", link);
  machine.start({});
  CHECK(machine.status() == 0);
}

TEST_CASE("eval prepends its steps, in their order, to what is pending") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.start(
      {call([&](Machine& again) { again.eval(note(diary, "1"), note(diary, "2"), note(diary, "3")); }),
       note(diary, "4")});
  CHECK(diary == "1234");
}

TEST_CASE("eval takes a program as it takes steps, an empty one too") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.start({call([&](Machine& again) {
                   again.eval(Program{note(diary, "1"), note(diary, "2")});
                 }),
                 call([](Machine& again) { again.eval(Program{}); }), note(diary, "3")});
  CHECK(diary == "123");
}

TEST_CASE("a subroutine may call subroutines") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  const Step inner = call([&](Machine& again) { again.eval(note(diary, "c"), note(diary, "d")); });
  const Step outer = call([&](Machine& again) { again.eval(note(diary, "b"), inner, note(diary, "e")); });
  machine.start({note(diary, "a"), outer, note(diary, "f")});
  CHECK(diary == "abcdef");
}

TEST_CASE("a step finishes before the steps that it evaluates begin") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.start({call([&](Machine& again) {
    again.eval(note(diary, "b"));
    diary += "a";
  })});
  CHECK(diary == "ab");
}

TEST_CASE("exit ends a program at once, with its status") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.start({note(diary, "a"), dse::exit(3), note(diary, "b")});
  CHECK(diary == "a");
  CHECK(machine.ended());
  CHECK(machine.status() == 3);
  CHECK(link.take_calls() == Calls{"end 3"});
}

TEST_CASE("a program of a million steps does not grow the stack") {
  FakeLink link;
  Machine machine("m", link);
  int steps = 0;
  Callback step = [&steps, &step](Machine& again) {
    if (++steps == 1'000'000) return again.eval(dse::exit(5));
    if (steps % 2 == 0) return again.eval(call(step));
    again.eval(create_resource("a"), call(step));
  };
  machine.start({call(step)});
  CHECK(steps == 1'000'000);
  CHECK(machine.status() == 5);
}

TEST_CASE("operations reach the link in the order of the steps") {
  FakeLink link;
  Machine machine("m", link);
  machine.start({create_resource("a"), bind({.from = "a", .to = "b", .key = "x.#"}),
                 write_resource("c", machine.compose({}))});
  CHECK(link.take_calls() == Calls{"declare a", "bind a b x.#", "declare c", "publish c m-0", "end 0"});
  CHECK_FALSE(link.published[0].mandatory);
}

TEST_CASE("after lets virtual time pass") {
  FakeLink link;
  Machine machine("m", link);
  std::vector<TimeNs> times;
  const auto look = [&times](Machine& again) {
    times.push_back(again.now());
    again.next();
  };
  machine.start({call(look), after(100), call(look), after(0), after(50), call(look)});
  CHECK(machine.waits_for() == "a timer");
  CHECK(times == std::vector<TimeNs>{0});
  link.run(machine);
  CHECK(times == std::vector<TimeNs>{0, 100, 150});
  CHECK(machine.status() == 0);
}

TEST_CASE("compute runs its job, and then goes on when the time is over") {
  FakeLink link;
  Machine machine("m", link);
  int result = 0;
  std::string diary;
  machine.start({compute([&result] { result = 42; }, 70,
                         [&](Machine& again) {
                           diary += fmt::format("{} at {};", result, again.now());
                           again.eval(note(diary, "then;"));
                         }),
                 note(diary, "rest")});
  CHECK(machine.waits_for() == "a result");
  CHECK(diary.empty());
  link.run(machine);
  CHECK(diary == "42 at 70;then;rest");
}

TEST_CASE("nobody waits for a posted job") {
  FakeLink link;
  Machine machine("m", link);
  bool done = false;
  machine.start({post([&done] { done = true; }), dse::exit(0)});
  CHECK(machine.ended());
  CHECK_FALSE(done);
  REQUIRE(link.posted.size() == 1);
  link.posted[0]();
  CHECK(done);
}

TEST_CASE("a composed message has the machine's name and time, and an id of its own") {
  FakeLink link;
  Machine machine("camera", link);
  MessagePtr first;
  MessagePtr second;
  machine.start({call([&](Machine& again) {
                   first = again.compose({.key = "k", .id = "mine", .app_id = "mine", .timestamp = 99});
                   again.next();
                 }),
                 after(10), call([&](Machine& again) {
                   second = again.compose({.correlation_id = "x-1"});
                   again.next();
                 })});
  link.run(machine);
  CHECK(first->id() == "camera-0");
  CHECK(first->app_id() == "camera");
  CHECK(first->timestamp() == 0);
  CHECK(first->key() == "k");
  CHECK(second->id() == "camera-1");
  CHECK(second->correlation_id() == "x-1");
  CHECK(second->timestamp() == 10);
}

TEST_CASE("a mandatory message that comes back is handed to the program") {
  FakeLink link;
  Machine machine("m", link);
  std::vector<std::string> returned;
  machine.set_on_return([&returned](const MessagePtr& message) { returned.push_back(message->id()); });
  machine.start({write_resource_mandatory("a", machine.compose({})), after(10)});
  REQUIRE(link.published.size() == 1);
  CHECK(link.published[0].mandatory);
  machine.on_return(link.published[0].message);
  CHECK(returned == std::vector<std::string>{"m-0"});
  CHECK(machine.waits_for() == "a timer");
  link.run(machine);
  machine.on_return(link.published[0].message);  // too late
  CHECK(returned.size() == 1);
}

TEST_CASE("whether a message was accepted is told to the program that asks") {
  FakeLink link;
  Machine machine("m", link);
  std::vector<std::string> told;
  machine.set_on_confirm([&told](const MessagePtr& message, bool accepted) {
    told.push_back(message->id() + (accepted ? " accepted" : " refused"));
  });
  machine.start({write_resource("a", machine.compose({}), {.mandatory = true, .confirm = true}),
                 write_resource_confirmed("a", machine.compose({})),
                 write_resource_mandatory("a", machine.compose({})), after(10)});
  REQUIRE(link.published.size() == 3);
  const auto asked = [&link](std::size_t place) {
    return std::pair(link.published[place].mandatory, link.published[place].confirm);
  };
  CHECK(asked(0) == std::pair(true, true));
  CHECK(asked(1) == std::pair(false, true));
  CHECK(asked(2) == std::pair(true, false));
  machine.on_confirm(link.published[0].message, true);
  machine.on_confirm(link.published[1].message, false);
  CHECK(told == std::vector<std::string>{"m-0 accepted", "m-1 refused"});
  link.run(machine);
  machine.on_confirm(link.published[1].message, true);  // too late
  CHECK(told.size() == 2);
}

TEST_CASE("what no broker takes is refused before it is written") {
  FakeLink link;
  Machine machine("m", link);
  const auto refused = [&machine](MoreProperties properties) {
    MessagePtr message = machine.compose({.more = std::move(properties)});
    CHECK_THROWS_AS(write_resource_mandatory("a", message), UsageError);
    CHECK_THROWS_AS(write_resource_confirmed("a", message), UsageError);
    CHECK_THROWS_WITH(write_resource("a", message), ContainsSubstring("is written to 'a': its "));
  };
  refused({.expiration = "-1"});
  refused({.expiration = "1.5"});
  refused({.reply_to = "amq.rabbitmq.reply-to"});
  refused({.delivery_mode = std::uint8_t{3}});
  CHECK_NOTHROW(write_resource("a", machine.compose({.more = MoreProperties{.expiration = "7"}})));
}

TEST_CASE("a callback that calls neither next nor eval is told as such") {
  FakeLink link;
  Machine machine("m", link);
  machine.start({call([](Machine&) {})});
  CHECK_FALSE(machine.ended());
  CHECK(machine.waits_for() == "nothing: a callback called neither next nor eval");
}
