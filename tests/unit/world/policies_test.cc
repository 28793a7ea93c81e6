// Queues with options in worlds whose every event is known: what leaves a queue, when, and what is told of
// it.
#include "support/catch.h"
#include "support/open_world.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

// "code message@time" of what the bus does by itself.
class BusNotes : public Observer {
 public:
  void on_event(const RunEvent& event) override {
    if (event.component_number != kNoComponent) return;
    notes.push_back(std::to_string(static_cast<int>(event.code)) + " " +
                    (event.message == nullptr ? "" : (*event.message)->id()) + "@" +
                    std::to_string(event.time_ns) + " " + std::string(event.resource()));
    CHECK(event.component().empty());
  }
  Notes notes;
};

std::string bus_note(EventCode code, const std::string& rest) {
  return std::to_string(static_cast<int>(code)) + " " + rest;
}

constexpr TimeNs kMillisecond = 1'000'000;

}  // namespace

TEST_CASE("policies: a message expires exactly when its time is over, and is dead-lettered then") {
  OpenWorld world;
  BusNotes bus;
  Notes buried;
  world.options.observers = {&bus};
  world.scenario.resources["a"].queue = {.message_ttl_ns = kMillisecond,
                                         .dead_letter = DeadLetterTarget{"b", {}}};
  world.scenario.bindings = {{.from = "in", .to = "a"}};
  world.add("undertaker", noting("b", buried, 0));
  world.add("writer", writing("in", 1));
  const RunResult result = world.run();
  // Written at 0, at the bus at 10.
  CHECK(bus.notes == Notes{bus_note(EventCode::kExpired, "writer-0@1000010 a"),
                           bus_note(EventCode::kDeadLettered, "writer-0@1000010 b")});
  CHECK(buried == Notes{"writer-0@1000020"});
  CHECK(result.metrics.at("a.expired") == 1);
  CHECK(result.metrics.at("a.dead_lettered") == 1);
  CHECK(result.metrics.at("a.not_received") == 0);
  CHECK(result.virtual_time_ns == 1'000'030);  // the undertaker's acknowledgement at the bus
  CHECK_FALSE(result.metrics.contains("b.expired"));
}

TEST_CASE("policies: dead letters may rest where nobody reads them") {
  OpenWorld world;
  world.scenario.resources["a"].queue = {.message_ttl_ns = 0, .dead_letter = DeadLetterTarget{"lot", {}}};
  world.scenario.bindings = {{.from = "in", .to = "a"}};
  world.add("writer", writing("in", 2));
  const RunResult result = world.run();
  CHECK(result.stall == "");
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.metrics.at("lot.not_received") == 2);
}

TEST_CASE("policies: a run that is cut off before that leaves the message in its queue") {
  OpenWorld world;
  BusNotes bus;
  world.options.observers = {&bus};
  world.scenario.until_ns = kMillisecond;
  world.scenario.resources["a"].queue = {.message_ttl_ns = kMillisecond};
  world.scenario.bindings = {{.from = "in", .to = "a"}};
  world.add("writer", writing("in", 1));
  const RunResult result = world.run();
  CHECK(bus.notes.empty());
  CHECK(result.virtual_time_ns == kMillisecond);
  CHECK(result.metrics.at("a.not_received") == 1);
}

TEST_CASE("policies: a publisher that asks is told whether all queues have accepted its message") {
  OpenWorld world;
  Notes told;
  world.scenario.resources["full"].queue = {.max_length = 1, .overflow = Overflow::kRejectPublish};
  world.scenario.bindings = {{.from = "in", .to = "full"}, {.from = "in", .to = "roomy"}};
  world.add("writer", Program{call([&told](Machine& machine) {
              machine.set_on_confirm([&told, &machine](const MessagePtr& message, bool accepted) {
                told.push_back(message->id() + (accepted ? " accepted@" : " refused@") +
                               std::to_string(machine.now()));
              });
              Program steps;
              for (int i = 0; i < 2; ++i)
                steps.push_back(write_resource_confirmed("in", machine.compose({.key = "k"})));
              steps.push_back(after(100));
              machine.eval(std::move(steps));
            })});
  const RunResult result = world.run();
  CHECK(told == Notes{"writer-0 accepted@20", "writer-1 refused@20"});
  CHECK(result.metrics.at("full.nacked") == 1);
  CHECK(result.metrics.at("full.not_received") == 1);
  CHECK(result.metrics.at("roomy.not_received") == 2);
}

TEST_CASE("policies: a message that its component refuses goes where its queue's dead letters go") {
  OpenWorld world;
  MessagePtr buried;
  world.scenario.resources["a"].queue = {.dead_letter = DeadLetterTarget{"b", "a.refused"}};
  world.add("picky", Program{stream_resource("a", 0, [](Machine& machine, const MessagePtr&) {
              machine.refuse_current("it is never right");
              machine.next();
            })});
  world.add("undertaker",
            Program{stream_resource("b", 0, [&buried](Machine& machine, const MessagePtr& dead) {
              buried = dead;
              machine.next();
            })});
  world.add("writer", writing("a", 1));
  const RunResult result = world.run();
  CHECK(result.refused.size() == 1);
  CHECK(result.metrics.at("a.dead_lettered") == 1);
  REQUIRE(buried);
  CHECK(buried->id() == "writer-0");
  CHECK(buried->key() == "a.refused");
  const auto* deaths = std::get_if<HeaderArray>(buried->headers().find("x-death"));
  REQUIRE(deaths != nullptr);
  REQUIRE(deaths->values().size() == 1);
  const Headers& death = std::get<HeaderTable>(deaths->values()[0]).entries();
  CHECK(std::get<std::string>(*death.find("reason")) == "rejected");
  CHECK(std::get<std::string>(*death.find("queue")) == "a");
  CHECK(*death.find_integer("count") == 1);
}

TEST_CASE("policies: the ledger believes that a message has left its queue only where the options allow it") {
  OpenWorld world;
  world.scenario.resources["a"].queue = {.message_ttl_ns = kMillisecond};
  world.scenario.bindings = {{.from = "in", .to = "a"}};
  world.scenario.expectations.push_back(
      {.what = DeliveryExpectation{.resource = "a", .delivered = Guarantee::kExactlyOnce, .lost = 0}});
  world.add("writer", writing("in", 3));
  const RunResult result = world.run();
  REQUIRE(result.ledger != nullptr);
  const Ledger::Finding finding =
      result.ledger->judge({.resource = "a", .delivered = Guarantee::kExactlyOnce, .lost = 0});
  CHECK(finding.met);
  CHECK_THAT(finding.detail, ContainsSubstring("3 left the queue (3 expired)"));

  // The same events, told to a ledger of a scenario that has no time to live.
  OpenWorld other;
  other.scenario.bindings = world.scenario.bindings;
  other.scenario.components = world.scenario.components;
  Ledger doubting(other.scenario);
  struct Names : RunNames {
    std::string_view component(ComponentIndex) const override { return "writer"; }
    std::string_view resource(ResourceIndex) const override { return "a"; }
  } const names;
  const MessagePtr message = make_message({.id = "writer-0"});
  doubting.note_write(0, LinkIndex(0), "in", message);
  doubting.on_event({.time_ns = 10,
                     .code = EventCode::kPublished,
                     .component_number = LinkIndex(0),
                     .message = &message,
                     .names = names});
  doubting.on_event({.time_ns = 20,
                     .code = EventCode::kExpired,
                     .component_number = kNoComponent,
                     .resource_number = ResourceIndex(0),
                     .message = &message,
                     .names = names});
  doubting.close({.time_ns = 30});
  CHECK_FALSE(doubting.judge({.resource = "a", .delivered = Guarantee::kExactlyOnce}).met);
}
