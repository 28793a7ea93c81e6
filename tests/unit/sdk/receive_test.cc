// Programs that wait for messages handed in without the Data Bus.
#include "dse/machine.h"
#include "support/catch.h"
#include "unit/sdk/fake_link.h"

using namespace dse;

namespace {

using Calls = std::vector<std::string>;

MessagePtr message(const std::string& id) { return make_message({.id = id}); }

Step noting(std::string& diary) {
  return receive([&diary](Machine& machine, const MessagePtr& got) {
    diary += got->id() + ";";
    machine.next();
  });
}

}  // namespace

TEST_CASE("a program that receives waits for what is handed in, and goes on after it") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.start({noting(diary), dse::exit(0)});
  CHECK(machine.waits_for() == "a message from outside");
  CHECK_FALSE(machine.stuck());
  CHECK_FALSE(machine.ended());
  machine.hand_in(message("a"));
  CHECK(diary == "a;");
  CHECK(machine.status() == 0);
  machine.hand_in(message("b"));  // the program has ended
  CHECK(diary == "a;");
}

TEST_CASE("what is handed in before it is asked for waits in order") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.hand_in(message("before the start"));
  machine.start({noting(diary), after(5), noting(diary), noting(diary)});
  CHECK(diary == "before the start;");
  machine.hand_in(message("a"));
  machine.hand_in(message("b"));
  CHECK(diary == "before the start;");
  link.run(machine);
  CHECK(diary == "before the start;a;b;");
  CHECK(machine.ended());
}

TEST_CASE("the steps that a receiving handler evaluates come before the program's next") {
  FakeLink link;
  Machine machine("m", link);
  machine.start(
      {receive([](Machine& self, const MessagePtr& got) { self.eval(write_resource("a", got), after(3)); }),
       dse::exit(4)});
  machine.hand_in(message("x"));
  CHECK(link.take_calls() == Calls{"declare a", "publish a x", "after 3"});
  CHECK_FALSE(machine.ended());
  link.run(machine);
  CHECK(machine.status() == 4);
}

TEST_CASE("a program that dies while it receives takes no more") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.start({noting(diary)});
  machine.crash(9);
  machine.hand_in(message("a"));
  CHECK(diary.empty());
  CHECK(machine.status() == 9);
}
