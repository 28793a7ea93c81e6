// What is reported about each settlement: which message, when its handler began, and whether it was
// requeued.
#include "support/catch.h"
#include "unit/sdk/fake_link.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

struct Handled {
  FakeLink link;
  Machine machine{"reader", link};
  Notes notes;

  explicit Handled(Handler handler) {
    machine.set_on_settle([this](const Settlement& one) {
      // Called before the link hears of the settlement.
      CHECK(link.calls.back() == (link.now() == 0 ? "stream a 0" : "after 30"));
      notes.push_back(fmt::format("{} {} to {}{}", one.delivery.message->id(), one.begun_ns, link.now(),
                                  one.requeued ? " requeued" : ""));
    });
    machine.start({stream_resource("a", 0, std::move(handler))});
  }
  void deliver(const std::string& id) { machine.deliver({make_message({.id = id}), 1, false}); }
};

}  // namespace

TEST_CASE("a settlement is told when the service is over, with when the handler began") {
  Handled handled([](Machine& machine, const MessagePtr& message) {
    if (message->id() == "y") machine.reject_current(false);
    if (message->id() == "z") machine.reject_current(true);
    machine.eval(after(30));
  });
  for (const char* id : {"x", "y", "z"}) handled.deliver(id);
  CHECK(handled.notes.empty());
  handled.link.run(handled.machine);
  CHECK(handled.notes == Notes{"x 0 to 30", "y 30 to 60", "z 60 to 90 requeued"});
}

TEST_CASE("a message of a program that ends or dies is not settled") {
  Handled ending([](Machine& machine, const MessagePtr&) { machine.eval(dse::exit(0)); });
  ending.deliver("x");
  CHECK(ending.notes.empty());
  Handled dying([](Machine& machine, const MessagePtr&) { machine.eval(after(30)); });
  dying.deliver("x");
  dying.machine.crash(9);
  dying.link.run(dying.machine);
  CHECK(dying.notes.empty());
}
