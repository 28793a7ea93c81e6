// What the link to a real broker adds to the contract of links: lost connections, settlements,
// returns, idleness.
#include "amqp/amqp_link.h"

#include <future>
#include <vector>

#include "support/catch.h"
#include "unit/amqp/fake_broker.h"
#include "unit/amqp/publishing.h"

using namespace dse;
using namespace std::chrono_literals;

namespace {

using Ids = std::vector<std::string>;

// A machine on a link to the test's own broker, with a clock that stands still until the test moves
// it.
struct Linked {
  FakeBroker broker;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::vector<std::string> refused;
  AmqpLink link;
  Machine machine{"m", link};
  Ids got;

  explicit Linked(double pace = 1, Declarations declarations = {})
      : link({.connection = {.address = parse_broker_url("amqp://there?heartbeat=0", "test"),
                             .name = "test",
                             .transport = broker.transport(),
                             .clock = clock},
              .declarations = std::move(declarations),
              .set_up = [](Connection&, ChannelNumber) {},
              .run = "1f",
              .epoch = std::chrono::system_clock::now(),
              .pace = pace,
              .on_unreadable =
                  [this](const MessageFields& message, const std::string& reason) {
                    refused.push_back(message.id + ": " + reason);
                  }}) {}

  // Serves the machine until the condition holds.
  template <typename Condition>
  void serve_until(Condition condition) {
    await_change(link.notifier(), [&] {
      // Each pass makes one step, and releases what the previous one settled.
      constexpr int kPasses = 3;
      for (int pass = 0; pass < kPasses && !condition(); ++pass) link.serve(machine, clock->now());
      return condition();
    });
  }
  Step read(std::uint32_t prefetch) {
    return stream_resource("q", prefetch, [this](Machine& one, const MessagePtr& message) {
      got.push_back(message->id() + (one.redelivered() ? "+" : ""));
      one.next();
    });
  }
};

// Writes to the broker as a foreign program would.
void write(FakeBroker& broker, const std::vector<MessageFields>& messages) {
  Connection connection({.address = parse_broker_url("amqp://there?heartbeat=0", "test"),
                         .name = "other",
                         .transport = broker.transport()});
  const ChannelNumber channel = connection.open_channel();
  for (const MessageFields& message : messages)
    connection.publish(channel, {.exchange = "q", .message = message});
  connection.declare_queue(channel, "q", {.passive = true});  // answered once everything has arrived
}

}  // namespace

TEST_CASE("amqp link: a handled message is acknowledged when what its handler wrote is confirmed") {
  Linked one;
  one.machine.start({bind({.from = "out", .to = "out", .key = "#"}),
                     stream_resource("q", 1, [&](Machine& m, const MessagePtr& message) {
                       one.got.push_back(message->id());
                       m.eval(write_resource("out", m.compose({})));
                     })});
  one.broker.hold_confirms(true);
  write(one.broker, {{.id = "a"}, {.id = "b"}});
  one.serve_until([&] { return one.got.size() == 1; });
  one.broker.await_load("out", {.waiting = 1});
  one.broker.await_load("q", {.waiting = 1, .unacknowledged = 1});
  one.link.serve(one.machine, one.clock->now());
  CHECK(one.got == Ids{"a"});  // the next comes once this one is acknowledged
  CHECK(one.link.unsettled() == 2);
  CHECK(one.link.counts().unconfirmed == 1);
  one.broker.hold_confirms(false);
  one.serve_until([&] { return one.got.size() == 2; });
  CHECK(one.got == Ids{"a", "b"});
}

TEST_CASE("amqp link: what comes again after a lost connection is dropped, and the first is settled") {
  Linked one;
  one.broker.hold_confirms(true);
  one.machine.start({stream_resource("q", 0, [&](Machine& m, const MessagePtr& message) {
    one.got.push_back(message->id());
    m.eval(write_resource_mandatory("nobody", m.compose({})));
  })});
  write(one.broker, {{.id = "a"}, {.id = "b"}});
  one.serve_until([&] { return one.got.size() == 2 && one.link.counts().unconfirmed == 2; });
  one.broker.cut_all();
  one.broker.hold_confirms(false);
  one.clock->await_pause(100ms, 2);
  one.clock->advance(100ms);
  one.serve_until([&] { return one.link.unsettled() == 0 && one.link.counts().duplicates == 2; });
  one.broker.await_load("q", {});
  CHECK(one.got == Ids{"a", "b"});
  CHECK(one.link.counts().received == 2);
}

TEST_CASE("amqp link: a message without a verdict is sent again after a lost connection, and told of once") {
  Linked one;
  std::vector<std::string> told;
  one.machine.set_on_return(
      [&told](const MessagePtr& message) { told.push_back(message->id() + " returned"); });
  one.machine.set_on_confirm([&told](const MessagePtr& message, bool accepted) {
    told.push_back(message->id() + (accepted ? " accepted" : " refused"));
  });
  one.broker.hold_confirms(true);
  one.machine.start({stream_resource("q", 1, [&](Machine& m, const MessagePtr& message) {
    one.got.push_back(message->id());
    MessagePtr answer = m.compose({});
    m.eval(write_resource("nobody", std::move(answer), {.mandatory = true, .confirm = true}));
  })});
  write(one.broker, {{.id = "a"}});
  one.serve_until([&] { return one.link.counts().published.unroutable == 1; });
  CHECK(told.empty());
  CHECK(one.link.unsettled() == 2);
  one.broker.cut_all();
  one.broker.hold_confirms(false);
  one.clock->await_pause(100ms, 2);
  one.clock->advance(100ms);
  one.serve_until([&] { return one.link.unsettled() == 0 && one.link.counts().duplicates == 1; });
  one.broker.await_load("q", {});
  CHECK(told == Ids{"m-0 returned", "m-0 accepted"});
  CHECK(one.link.counts().published.republished == 1);
}

TEST_CASE("amqp link: what the program has while a connection is lost is settled on the next one") {
  Linked one;
  one.machine.start({stream_resource("q", 0, [&](Machine& m, const MessagePtr& message) {
    one.got.push_back(message->id());
    m.eval(after(kNanosecondsPerSecond));
  })});
  write(one.broker, {{.id = "a"}});
  one.serve_until([&] { return one.got.size() == 1; });
  one.broker.cut_all();
  one.clock->await_pause(100ms, 2);
  one.clock->advance(100ms);
  one.serve_until([&] { return one.link.counts().duplicates == 1; });
  one.clock->advance(1s);
  one.serve_until([&] { return one.machine.waits_for() == "a message" && one.link.unsettled() == 0; });
  one.broker.await_load("q", {});
  CHECK(one.got == Ids{"a"});
}

TEST_CASE("amqp link: what cannot be read is rejected, somebody is told, and the next one comes") {
  Linked one;
  one.machine.start({one.read(1)});
  write(one.broker, {{.headers = {{"text", std::string(70'000, 't')}}, .id = "large"}, {.id = "good"}});
  one.serve_until([&] { return one.got.size() == 1; });
  CHECK(one.got == Ids{"good"});
  REQUIRE(one.refused.size() == 1);
  CHECK_THAT(one.refused[0], ContainsSubstring("large: its headers have"));
}

TEST_CASE("amqp link: it is idle when nothing is in its queue, on its way, or in the making") {
  Linked one;
  one.machine.start({stream_resource("q", 1, [&](Machine& m, const MessagePtr& message) {
    one.got.push_back(message->id());
    m.eval(after(1'000'000));
  })});
  const auto idle = [&one] {
    std::optional<bool> answer;
    one.link.ask_idle();
    one.serve_until([&] {
      answer = one.link.idle();
      return answer.has_value();
    });
    return *answer;
  };
  CHECK(idle());
  write(one.broker, {{.id = "a"}, {.id = "b"}});
  one.serve_until([&] { return one.got.size() == 1; });
  CHECK_FALSE(idle());  // the program is handling the first
  one.clock->advance(1ms);
  one.serve_until([&] { return one.got.size() == 2; });
  one.clock->advance(1ms);
  one.serve_until([&] { return one.machine.waits_for() == "a message" && one.link.unsettled() == 0; });
  one.broker.await_load("q", {});
  CHECK(idle());
}

TEST_CASE("amqp link: virtual time goes as fast as it should, and a step stands at the time it was due") {
  Linked one(10);
  const TimeNs before = one.link.clock_ns();
  one.clock->advance(1ms);
  CHECK(one.link.clock_ns() - before == 10'000'000);
  std::vector<TimeNs> times;
  const Step look = call([&times](Machine& m) {
    times.push_back(m.now());
    m.next();
  });
  one.machine.start({after(1'000'000), look, after(1'000'000), look});
  one.clock->advance(1s);  // the program is late
  one.link.serve(one.machine, one.clock->now() + 1h);
  CHECK(one.machine.ended());
  CHECK(times == std::vector<TimeNs>{1'000'000, 2'000'000});
}

TEST_CASE("amqp link: a program that ends another's serving is served no more") {
  Linked one;
  int steps = 0;
  one.machine.start({after(0), call([&](Machine& m) {
                       ++steps;
                       one.link.stop_serving();
                       m.eval(after(0), call([&steps](Machine& again) {
                                ++steps;
                                again.next();
                              }));
                     })});
  one.link.serve(one.machine, one.clock->now() + 1h);
  CHECK(steps == 1);
}

TEST_CASE("amqp link: jobs go on beside the program, and what one throws ends the link") {
  Linked one;
  bool done = false;
  one.machine.start({post([&done] { done = true; }), compute([] {}, 0, [](Machine& m) { m.next(); }),
                     post([] { throw RunError("broken"); }),
                     compute([] {}, 0, [](Machine& m) { m.next(); })});
  CHECK_THROWS_WITH(one.serve_until([&] { return one.machine.ended(); }), "broken");
  CHECK(done);
}

TEST_CASE("amqp link: a binding with headers goes by a headers exchange") {
  Linked one;
  BindingSpec binding{.from = "in", .to = "q", .key = "a.#"};
  binding.headers = {{"label", std::int64_t{7}}, {"x-kind", "odd"}};
  one.machine.start(
      {bind(binding),
       write_resource("in", make_message({.key = "a.b", .headers = {{"label", std::int64_t{7}}}, .id = "0"})),
       write_resource("in", make_message({.key = "a.b", .headers = binding.headers, .id = "1"})),
       write_resource("in", make_message({.key = "b", .headers = binding.headers, .id = "2"})), one.read(0)});
  one.serve_until([&] { return !one.got.empty(); });
  CHECK(one.got == Ids{"1"});
}

TEST_CASE("amqp link: what it declares, binds and streams is what the scenario says that it is") {
  Declarations declarations;
  declarations.set_exchange("sorter", {.type = ExchangeType::kDirect, .alternate = "others"});
  declarations.set_exchange("others", {.type = ExchangeType::kFanout});
  declarations.set_queue("q",
                         {.type = QueueType::kQuorum, .delivery_limit = 3, .single_active_consumer = true});
  declarations.set_alternate("q", "others");
  Linked one(1, declarations);
  one.machine.start({bind({.from = "sorter", .to = "q", .key = "k.#"}),
                     bind({.from = "others", .to = "rest", .key = "nothing"}),
                     write_resource("sorter", make_message({.key = "k.x", .id = "placed by no key"})),
                     write_resource("sorter", make_message({.key = "k.#", .id = "by the whole key"})),
                     one.read(0)});
  one.serve_until([&] { return !one.got.empty(); });
  one.broker.await_load("rest", {.waiting = 1});
  CHECK(one.got == Ids{"by the whole key"});
  const Headers wanted = {
      {"x-queue-type", "quorum"}, {"x-delivery-limit", std::int64_t{3}}, {"x-single-active-consumer", true}};
  CHECK(one.broker.arguments_of("q") == wanted);
  // Somebody else who declares it plain is refused.
  Connection other({.address = parse_broker_url("amqp://there?heartbeat=0", "test"),
                    .name = "other",
                    .transport = one.broker.transport()});
  CHECK_THROWS_AS(Declarations().assert_queue(other, other.open_channel(), "q"), ChannelClosed);
  CHECK_THROWS_AS(Declarations().assert_exchange(other, other.open_channel(), "sorter"), ChannelClosed);
  CHECK_NOTHROW(declarations.assert_queue(other, other.open_channel(), "q"));
}

// A connection is lost between a return and its confirm, which only a scripted peer can produce.
TEST_CASE("amqp link: a program is told of a return once, by what became of the publication that counted") {
  for (const bool routed_at_last : {false, true}) {
    Publishing one;
    one.publisher->publish({.exchange = "nobody", .message = message_of("a"), .mandatory = true});
    one.publisher->publish({.exchange = "nobody", .message = message_of("b"), .mandatory = false});
    one.peer.give_back(one.expect_message("a"));
    one.peer.give_back(one.expect_message("b"));
    one.await([&] { return one.publisher->counts().unroutable == 2; });
    CHECK(one.publisher->take_outcomes().empty());  // not yet
    one.peer.cut();
    one.clock->await_pause(100ms);
    one.clock->advance(100ms);
    one.accept();
    const PeerPublication again = one.expect_message("a");
    if (!routed_at_last) one.peer.give_back(again);
    one.peer.confirm({.tag = 2, .multiple = true});
    one.await([&] { return one.publisher->confirmed() == 2; });
    CHECK(told(*one.publisher) == (routed_at_last ? Ids{} : Ids{"a returned"}));
    CHECK(one.publisher->take_outcomes().empty());
  }
}

TEST_CASE("amqp link: a mandatory message that the broker refuses first is told of when it is confirmed") {
  Publishing one;
  one.publisher->publish({.exchange = "nobody", .message = message_of("a"), .mandatory = true});
  one.peer.give_back(one.expect_message("a"));
  one.peer.refuse({.tag = 1});
  one.clock->await_pause(100ms);
  CHECK(one.publisher->take_outcomes().empty());
  one.clock->advance(100ms);
  one.peer.give_back(one.expect_message("a"));
  one.peer.confirm({.tag = 2});
  one.await([&] { return one.publisher->confirmed() == 1; });
  CHECK(told(*one.publisher) == Ids{"a returned"});
  CHECK(one.publisher->counts().unroutable == 2);  // counted each time no queue took it
}

TEST_CASE(
    "amqp link: a return belongs to the publication that is under way, not to the one that was refused") {
  Publishing one;
  one.publisher->publish({.exchange = "x", .message = message_of("open"), .mandatory = true});
  one.publisher->publish({.exchange = "nobody", .message = message_of("a"), .mandatory = true});
  one.expect_message("open");
  one.expect_message("a");
  one.peer.refuse({.tag = 2});  // while the first is not confirmed
  one.clock->await_pause(100ms);
  one.clock->advance(100ms);
  one.peer.give_back(one.expect_message("a"));
  one.peer.confirm({.tag = 3});
  one.peer.confirm({.tag = 1});
  one.await([&] { return one.publisher->confirmed() == 2; });
  CHECK(told(*one.publisher) == Ids{"a returned"});
}
