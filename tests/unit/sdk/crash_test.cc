// Programs that crash in the middle of something.
#include "dse/machine.h"
#include "support/catch.h"
#include "unit/sdk/fake_link.h"

using namespace dse;

namespace {

using Calls = std::vector<std::string>;

MessagePtr message(const std::string& id) { return make_message({.id = id}); }

}  // namespace

TEST_CASE("a machine that crashes ends, and what it waited for comes to nobody") {
  FakeLink link;
  Machine machine("m", link);
  bool went_on = false;
  machine.start({after(10), call([&](Machine& again) {
                   went_on = true;
                   again.next();
                 })});
  machine.crash(137);
  CHECK(machine.status() == 137);
  CHECK(link.take_calls() == Calls{"after 10", "end 137"});
  link.run(machine);
  CHECK_FALSE(went_on);
  CHECK_FALSE(machine.stuck());
}

TEST_CASE("a machine that crashes settles nothing, and takes nothing more") {
  FakeLink link;
  Machine machine("m", link);
  machine.start({stream_resource("a", 0, [](Machine& again, const MessagePtr&) { again.eval(after(10)); })});
  machine.deliver({message("1"), 1, false});
  machine.deliver({message("2"), 2, false});
  link.take_calls();
  machine.crash(137);
  machine.deliver({message("3"), 3, false});
  link.run(machine);
  CHECK(link.take_calls() == Calls{"end 137"});
  CHECK(machine.inbox_size() == 0);
}

TEST_CASE("a machine crashes once, and not after its end") {
  FakeLink link;
  Machine machine("m", link);
  machine.start({dse::exit(3)});
  machine.crash(137);
  CHECK(machine.status() == 3);
  CHECK(link.take_calls() == Calls{"end 3"});
}

TEST_CASE("who asks is told of each delivery when its handler begins, not when it arrives") {
  FakeLink link;
  Machine machine("m", link);
  std::string diary;
  machine.set_on_handle([&diary](const Delivered& delivery) {
    diary += "[" + delivery.message->id() + (delivery.redelivered ? "*]" : "]");
  });
  machine.start({stream_resource("a", 0, [&diary](Machine& again, const MessagePtr& got) {
    diary += got->id();
    again.eval(after(10));
  })});
  machine.deliver({message("1"), 1, false});
  machine.deliver({message("2"), 2, true});
  CHECK(diary == "[1]1");
  link.run(machine);
  CHECK(diary == "[1]1[2*]2");
}
